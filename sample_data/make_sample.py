#!/usr/bin/env python3
"""Writes the sample data of chipwatch: invented sales exports with a cast of known answers.

    python3 sample_data/make_sample.py                     write all files beside this script
    python3 sample_data/make_sample.py --check-names DIR   also look every name up in lists of real parties

Nothing but the standard library, one fixed seed and no clock: a second run gives the same bytes. `README.md` tells
the story of each member of the cast; `expected.csv` says what a report must say about it.
"""

import argparse
import csv
import datetime
import gzip
import io
import pathlib
import re
import sys
import unicodedata
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent
AS_OF = datetime.date(2026, 10, 31)
SEED = 20261031


class Dice:
    """SplitMix64: the same numbers under every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    def upto(self, low, high):
        return low + self.next() % (high - low + 1)

    def pick(self, options):
        return options[self.next() % len(options)]

    def chance(self, percent):
        return self.next() % 100 < percent

    def shuffled(self, options):
        options = list(options)
        for last in range(len(options) - 1, 0, -1):
            other = self.next() % (last + 1)
            options[last], options[other] = options[other], options[last]
        return options


# ---------------------------------------------------------------- goods

@dataclass(frozen=True)
class Item:
    part: str
    text: str
    price: float
    since: str = "2020-01-01"
    hs: str = "8473.30"
    kilograms: float = 1.0


H100_PCIE = Item("900-21010-0000-000", "NVIDIA H100 80GB PCIE", 27800, "2022-11-01", kilograms=1.7)
A100_PCIE = Item("900-21001-0020-000", "NVIDIA A100 80GB PCIE", 13900, "2021-07-01", kilograms=1.5)
A800_PCIE = Item("900-21001-0030-100", "NVIDIA A800 80GB PCIE", 12600, "2022-12-01", kilograms=1.5)
V100_PCIE = Item("900-2G500-0000-000", "NVIDIA TESLA V100 PCIE 32GB", 8200, "2018-05-01", kilograms=1.3)
L40S = Item("900-2G133-0080-000", "NVIDIA L40S 48GB PCIE", 8150, "2023-11-01", kilograms=1.4)
L4 = Item("900-2G193-0000-000", "NVIDIA L4 24GB PCIE", 2480, "2023-05-01", kilograms=0.5)
A10 = Item("900-2G133-0020-000", "NVIDIA A10 24GB PCIE", 3150, "2021-06-01", kilograms=1.1)
A30 = Item("900-21001-0040-100", "NVIDIA A30 24GB PCIE", 4650, "2021-06-01", kilograms=1.1)
T4 = Item("900-2G183-0000-000", "NVIDIA TESLA T4 16GB", 2150, "2020-01-01", kilograms=0.5)
HGX_H100 = Item("935-24287-0301-000", "HGX H100 8 GPU SXM5 80GB", 214500, "2023-02-01", "8471.80", 62)
HGX_H100_A800 = Item("935-24287-A800-0R0", "HGX H100 8 GPU SXM5 80GB", 216000, "2023-02-01", "8471.80", 62)
HGX_H20 = Item("935-24287-00M0-000", "HGX H20 8 GPU, AC", 98000, "2024-03-01", "8471.80", 62)
DGX_H100 = Item("920-24387-2540-0R0", "DGX H100 P4387 SYSTEM 640GB FULL", 318000, "2023-02-01", "8471.50", 130)
XE9680 = Item("PE-XE9680-8H", "PE XE9680 8xH100 SXM5 80GB", 271000, "2023-06-01", "8471.50", 118)
SYS_821GE = Item("SYS-821GE-TNHR", "SYS-821GE-TNHR 8U SERVER 8X H100 SXM5", 265000, "2023-04-01", "8471.50", 120)
SYS_421GE = Item("SYS-421GE-TNRT", "SYS-421GE-TNRT 4U SERVER BAREBONE", 9800, "2023-02-01", "8471.50", 42)
RACK = Item("TBC-RK72-GB2", "GB200 NVL72 RACK", 3150000, "2025-02-01", "8471.50", 1390)
H800_MODULE = Item("", "H800 SERVER MODULE", 211666.67, "2023-06-01", "8471.80")
HOUSE_NODE = Item("TBC-QX8-0100", "TBC QX8 NODE", 268000, "2024-01-01", "8471.50", 120)
RAIL_KIT = Item("TBC-RL-H100", "SLIDE SET FOR 8U H100 NODE, PAIR", 2350, "2023-06-01", kilograms=9)
BRIDGE = Item("900-23655-0000-000", "NVLINK BRIDGE FOR H100", 480, "2022-11-01", kilograms=0.1)
RMA_MODULE = Item("965-2G520-0000-000", "RMA SPARE H100 SXM5 80GB", 0, "2023-06-01", kilograms=2.6)

CARDS = [L4, L4, L40S, L40S, A10, A30, A100_PCIE, H100_PCIE]
GOODS = [
    Item("MCX75310AAS-NEAT", "CONNECTX-7 NDR 400G OSFP ADAPTER", 1640, "2022-06-01", "8517.62", 0.4),
    Item("MCX623106AN-CDAT", "CONNECTX-6 DX 100GBE DUAL QSFP56", 1120, "2020-03-01", "8517.62", 0.4),
    Item("MCX512A-ACAT", "CONNECTX-5 EN 25GBE DUAL SFP28", 410, "2020-01-01", "8517.62", 0.3),
    Item("MBF3H332A-AENOT", "BLUEFIELD-3 DPU 200G", 2350, "2023-03-01", "8517.62", 0.7),
    Item("MMA4Z00-NS", "TWIN PORT OSFP 800G TRANSCEIVER", 1380, "2022-09-01", "8517.62", 0.1),
    Item("MMA1T00-HS", "QSFP56 200G SR4 TRANSCEIVER", 395, "2020-02-01", "8517.62", 0.1),
    Item("MCP4Y10-N001", "DAC CABLE 800G OSFP 1M", 205, "2022-09-01", "8544.42", 0.2),
    Item("MFP7E10-N010", "FIBER CABLE MPO12 APC 10M", 120, "2022-09-01", "8544.70", 0.2),
    Item("CBL-PWR-C19-2M", "POWER CABLE C19 2M", 14, "2020-01-01", "8544.42", 0.4),
    Item("MQM9700-NS2F", "QUANTUM-2 SWITCH 64 PORT NDR", 26400, "2022-04-01", "8517.62", 14),
    Item("MSN4600-CS2F", "SPECTRUM-3 SWITCH 64 PORT 100GBE", 18200, "2020-09-01", "8517.62", 14),
    Item("SSD-U2-3T84", "NVME SSD 3.84TB U.2", 420, "2020-01-01", "8523.51", 0.2),
    Item("SSD-U2-7T68", "NVME SSD 7.68TB U.2", 790, "2020-06-01", "8523.51", 0.2),
    Item("SSD-E3-15T3", "NVME SSD 15.36TB E3.S", 1650, "2023-01-01", "8523.51", 0.2),
    Item("DIMM-64G-4800", "RDIMM 64GB DDR5-4800", 265, "2023-01-01", "8473.30", 0.05),
    Item("DIMM-64G-3200", "RDIMM 64GB DDR4-3200", 240, "2020-01-01", "8473.30", 0.05),
    Item("DIMM-96G-5600", "RDIMM 96GB DDR5-5600", 430, "2024-01-01", "8473.30", 0.05),
    Item("PSU-3000T", "POWER SUPPLY 3000W TITANIUM", 690, "2021-01-01", "8504.40", 3.1),
    Item("FAN-8080-HP", "FAN MODULE 8080 HIGH PRESSURE", 85, "2020-01-01", "8414.59", 0.6),
    Item("RSR-G5-X16", "RISER PCIE 5.0 X16", 145, "2023-01-01", "8473.30", 0.2),
    Item("CPK-8U-LC", "COLDPLATE KIT 8U NODE", 3900, "2023-06-01", "8419.50", 11),
    Item("SRV-2U-12B", "2U STORAGE SERVER 12 BAY", 7400, "2020-01-01", "8471.50", 24),
    Item("VCQRTXA2000-PB", "RTX A2000 6GB WORKSTATION CARD", 460, "2021-10-01", "8473.30", 0.4),
    Item("DOCK-USBC-90", "USB-C DOCKING STATION 90W", 165, "2020-01-01", "8471.80", 0.6),
    T4, BRIDGE, RAIL_KIT,
]
SERVICES = [
    Item("SUP-3Y-NBD", "SUPPORT 3Y NEXT BUSINESS DAY, 8U SERVER", 5400),
    Item("SUP-1Y-4H", "SUPPORT 1Y 4 HOURS ON SITE", 1900),
    Item("NVAIE-1Y", "NVAIE SUBSCRIPTION 1 YEAR PER SOCKET", 1850, "2021-09-01"),
    Item("INS-RACK-DAY", "INSTALLATION SERVICE PER RACK", 2600),
]


# ---------------------------------------------------------------- parties

@dataclass
class Party:
    name: str
    country: str
    phone: str = ""
    address: str = ""
    chips_left: int = 0
    industry: str = ""


CITIES = {
    "US": "Dayton,Tulsa,Boise,Albany", "CA": "Halifax,Regina,Guelph", "MX": "Toluca,Saltillo", "GB": "Leeds,Reading,Derby",
    "IE": "Cork,Athlone", "DE": "Kassel,Ulm,Jena", "NL": "Breda,Zwolle", "BE": "Gent,Namur", "FR": "Nantes,Dijon",
    "ES": "Gijon,Burgos", "IT": "Parma,Udine", "AT": "Linz,Graz", "CH": "Aarau,Chur", "PL": "Torun,Opole",
    "CZ": "Plzen,Liberec", "SE": "Umea,Lund", "NO": "Bodo,Molde", "DK": "Vejle,Odense", "FI": "Vaasa,Oulu",
    "SG": "Singapore", "MY": "Ipoh,Kuantan", "TH": "Rayong,Korat", "ID": "Bogor,Malang", "PH": "Iloilo,Davao",
    "IN": "Mysuru,Nashik", "JP": "Nagano,Oita", "KR": "Jeonju,Gumi", "TW": "Hsinchu,Chiayi", "AU": "Geelong,Hobart",
    "NZ": "Napier,Nelson", "AE": "Sharjah,Ajman", "HK": "Kwun Tong,Tsuen Wan", "CN": "Hefei,Wuxi", "RU": "Tver,Penza",
}
DIALS = {
    "US": "+1 555", "CA": "+1 555", "MX": "+52 722", "GB": "+44 1632", "IE": "+353 20", "DE": "+49 30", "NL": "+31 85", "BE": "+32 2",
    "FR": "+33 1", "ES": "+34 900", "IT": "+39 06", "AT": "+43 720", "CH": "+41 44", "PL": "+48 22", "CZ": "+420 2", "SE": "+46 8",
    "NO": "+47 21", "DK": "+45 70", "FI": "+358 9", "SG": "+65 6550", "MY": "+60 3", "TH": "+66 2", "ID": "+62 21", "PH": "+63 2",
    "IN": "+91 80", "JP": "+81 50", "KR": "+82 70", "TW": "+886 2", "AU": "+61 3", "NZ": "+64 9", "AE": "+971 4", "HK": "+852 30",
    "CN": "+86 10", "RU": "+7 495",
}
FORMS = {
    "US": ["Inc", "LLC", ", Inc."], "CA": ["Inc"], "MX": ["SA de CV"], "GB": ["Ltd", "Limited"], "IE": ["Ltd"], "DE": ["GmbH", "AG"],
    "NL": ["BV"], "BE": ["NV"], "FR": ["SAS"], "ES": ["SL"], "IT": ["SpA"], "AT": ["GmbH"], "CH": ["AG"], "PL": ["Sp. z o.o."],
    "CZ": ["s.r.o."], "SE": ["AB"], "NO": ["AS"], "DK": ["ApS"], "FI": ["Oy"], "SG": ["Pte Ltd", "Pte. Ltd."], "MY": ["Sdn Bhd"],
    "TH": ["Co., Ltd."], "ID": [""], "PH": ["Inc"], "IN": ["Pvt Ltd"], "JP": ["KK"], "KR": ["Co., Ltd."], "TW": ["Co., Ltd."],
    "AU": ["Pty Ltd"], "NZ": ["Ltd"], "AE": ["FZE"],
}
TRADES = [
    "Imaging", "Robotics", "Genomics", "Optics", "Weather Models", "Animation", "Telemetry", "Turbines", "Seismic", "Hosting",
    "Rail Systems", "Acoustics", "Chemistry", "Agritech", "Mapping", "Research Institute", "Polytechnic", "Data Centres",
    "Diagnostics", "Software", "Broadcast", "Simulation", "Instruments", "Foundry", "Insurance", "Naval Design",
]
HEADS = "Alm Bresk Cald Dorv Elsp Frath Glim Hask Istr Jorl Keld Lunt Morv Nesk Orbl Pask Quill Rusk Selv Trev Ulst Varn Wold Yarr Zint Blen Crom Drax Fenn Gorm Hurl Kest Limb Murr Norl Perr Rald Stav Thrum Vesp".split()
MIDDLES = "a e i o u an er il or ava eta".split()
TAILS = "bek cott drum fell grave hurst kar lode mund nack plin quist rath sund tolt vik wend xen yard zar".split()


def distance(a, b, limit):
    """Levenshtein distance, cut off at the limit."""
    if abs(len(a) - len(b)) >= limit:
        return limit
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
        if min(row) >= limit:
            return limit
    return min(row[-1], limit)


class Registrar:
    """Makes invented parties whose names cannot be taken for one another, and gives out customer numbers."""

    def __init__(self, dice, taken):
        self.dice = dice
        self.words = [word.lower() for name in taken for word in re.findall(r"[A-Za-z]{4,}", name)]
        self.numbers = {}
        self.phones = 0

    def word(self):
        while True:
            word = self.dice.pick(HEADS) + self.dice.pick(MIDDLES) + self.dice.pick(TAILS)
            if all(distance(word.lower(), other, 3) == 3 for other in self.words):
                self.words.append(word.lower())
                return word

    def party(self, country, trade=None, form=None):
        trade = trade or self.dice.pick(TRADES)
        form = self.dice.pick(FORMS[country]) if form is None else form
        joint = "" if form.startswith(",") or not form else " "
        prefix = "PT " if country == "ID" else ""
        name = f"{prefix}{self.word()} {trade}{joint}{form}"
        return self.at_home(Party(name, country, industry=trade))

    def at_home(self, party):
        self.phones += 1
        party.phone = party.phone or f"{DIALS[party.country]} 01{self.phones:04d}"
        city = self.dice.pick(CITIES[party.country].split(","))
        party.address = party.address or f"{self.dice.upto(1, 240)} {self.dice.pick(['Mill', 'Harbour', 'Station', 'Foundry'])} Road, {city}"
        return party

    def number(self, system, party):
        key = (system, party.name, party.country)
        if key not in self.numbers:
            count = sum(1 for known in self.numbers if known[0] == system) + 1
            self.numbers[key] = f"{100000 + 37 * count:010d}" if system == "sap" else f"{system}-{20000 + 7 * count}"
        return self.numbers[key]


# ---------------------------------------------------------------- files

SAP_COLUMNS = (
    "VKORG_NAME VBELN POSNR UEPOS UECHA LFART PSTYV KUNAG NAME_AG LAND_AG KUNNR NAME_WE LAND_WE KUNRG NAME_RG LAND_RG "
    "BSTKD VGBEL MATNR ARKTX LFIMG VRKME NETPR WAERK ERDAT WADAT_IST TELF1"
).split()
POS_COLUMNS = (
    "document_stage document_type document_no line_no parent_line_no reference_document_no customer_po ship_date "
    "invoice_date seller_name seller_country sold_to_id sold_to_name sold_to_country ship_to_name ship_to_address "
    "ship_to_country end_user_name end_user_country forwarder_name payer_name payer_country contact_phone part_number "
    "description quantity unit_price currency licence_no serial_numbers"
).split()
CUSTOMS_COLUMNS = (
    "document_no line_no ship_date seller_name seller_country sold_to_name sold_to_country ship_to_name ship_to_country "
    "forwarder_name forwarder_country part_number description hs_code quantity unit_of_measure unit_price currency "
    "gross_weight_kg port_of_lading port_of_unlading route"
).split()


def day(text):
    return datetime.date.fromisoformat(text)


def comma_quantity(quantity):
    text = f"{abs(quantity):,}".replace(",", ".") + ",000"
    return text + "-" if quantity < 0 else text


def comma_price(price):
    return f"{price:,.2f}".replace(",", "\0").replace(".", ",").replace("\0", ".")


def sap_date(date):
    return date.strftime("%d.%m.%Y") if date else "00.00.0000"


@dataclass
class Books:
    """Everything that is written, before it is written."""

    dice: Dice
    registrar: Registrar
    sap: list = field(default_factory=list)
    pos: list = field(default_factory=list)
    customs: list = field(default_factory=list)
    lookups: list = field(default_factory=list)
    orders: int = 0

    def purchase_order(self, party):
        self.orders += 1
        initials = "".join(word[0] for word in re.findall(r"[A-Za-z]+", party.name))[:3].upper()
        return f"{initials}-{40000 + self.orders}"

    def delivery(self, seller, number, issued, sold_to, lines, ship_to=None, payer=None, po=None, order=None,
                 kind=("LF", "TAN"), created=None, end_user=None):
        """One SAP delivery. A line is (item, quantity) or a dict with `item`, `quantity` and fields to replace."""
        ship_to, payer = ship_to or sold_to, payer or sold_to
        po = po or self.purchase_order(sold_to)
        order = order or "0045" + number[4:]
        issued = day(issued) if isinstance(issued, str) else issued
        created = created or (issued - datetime.timedelta(days=self.dice.upto(3, 12)))
        number_of = lambda party: self.registrar.number("sap", party)
        for place, line in enumerate(lines, 1):
            line = dict(line) if isinstance(line, dict) else {"item": line[0], "quantity": line[1]}
            item, quantity = line.pop("item"), line.pop("quantity")
            row = {
                "VKORG_NAME": seller.name, "VBELN": number, "POSNR": f"{place * 10:06d}", "UEPOS": "000000", "UECHA": "000000",
                "LFART": kind[0], "PSTYV": kind[1], "KUNAG": number_of(sold_to), "NAME_AG": sold_to.name,
                "LAND_AG": sold_to.country, "KUNNR": number_of(ship_to), "NAME_WE": ship_to.name, "LAND_WE": ship_to.country,
                "KUNRG": number_of(payer), "NAME_RG": payer.name, "LAND_RG": payer.country, "BSTKD": po, "VGBEL": order,
                "MATNR": item.part, "ARKTX": item.text, "LFIMG": comma_quantity(quantity), "VRKME": "EA",
                "NETPR": comma_price(line.pop("price", item.price)), "WAERK": "USD", "ERDAT": sap_date(created),
                "WADAT_IST": sap_date(issued), "TELF1": sold_to.phone,
            }
            row.update(line)
            self.sap.append({"row": row, "order": (created, number, row["POSNR"]), "quantity": quantity})
        if end_user:
            self.lookups.append((number, end_user.name, end_user.country))

    def sale(self, seller, number, shipped, sold_to, lines, kind="sale", stage="delivery", **more):
        """One document of a distributor's point of sale. A line is (item, quantity) or (item, quantity, price)."""
        ship_to, end_user = more.pop("ship_to", sold_to), more.pop("end_user", None)
        payer, at = more.pop("payer", sold_to), more.pop("address", None)
        po = more.pop("po", None) or self.purchase_order(sold_to)
        invoiced = more.pop("invoiced", None)
        shipped = day(shipped) if isinstance(shipped, str) else shipped
        if shipped and not invoiced:
            invoiced = min(shipped + datetime.timedelta(days=self.dice.upto(0, 6)), AS_OF).isoformat()
        for place, (item, quantity, *price) in enumerate(lines, 1):
            row = {
                "document_stage": stage, "document_type": kind, "document_no": number, "line_no": str(place * 10),
                "customer_po": po, "ship_date": shipped.isoformat() if shipped else "", "invoice_date": invoiced or "",
                "seller_name": seller.name, "seller_country": seller.country,
                "sold_to_id": self.registrar.number(PREFIXES[seller.name], sold_to), "sold_to_name": sold_to.name,
                "sold_to_country": sold_to.country, "ship_to_name": ship_to.name, "ship_to_address": at or ship_to.address,
                "ship_to_country": ship_to.country, "end_user_name": end_user.name if end_user else "",
                "end_user_country": end_user.country if end_user else "", "payer_name": payer.name,
                "payer_country": payer.country, "contact_phone": sold_to.phone, "part_number": item.part,
                "description": item.text, "quantity": str(quantity),
                "unit_price": f"{price[0] if price else item.price:.2f}", "currency": "USD",
            }
            row.update(more)
            self.pos.append(row)

    def declaration(self, number, shipped, exporter, consignee, lines, forwarder=None, route=None):
        """One customs declaration."""
        ports = (route or f"{exporter.country}>{consignee.country}").split(">")
        for place, (item, quantity) in enumerate(lines, 1):
            self.customs.append({
                "document_no": number, "line_no": str(place), "ship_date": shipped, "seller_name": exporter.name,
                "seller_country": exporter.country, "sold_to_name": consignee.name, "sold_to_country": consignee.country,
                "ship_to_name": consignee.name, "ship_to_country": consignee.country,
                "forwarder_name": forwarder.name if forwarder else "", "forwarder_country": forwarder.country if forwarder else "",
                "part_number": item.part, "description": item.text, "hs_code": item.hs, "quantity": str(quantity),
                "unit_of_measure": "NOS", "unit_price": f"{item.price:.2f}", "currency": "USD",
                "gross_weight_kg": f"{item.kilograms * quantity * 1.1:.1f}", "port_of_lading": ports[-2], "port_of_unlading": ports[-1],
                "route": ">".join(ports),
            })


# ---------------------------------------------------------------- the cast

def known(name, country, **more):
    return Party(name, country, **more)


MAKER = known("Ardenvale Silicon Inc", "US")
OEM = known("Thornebury Compute Inc", "US")
OWN_ASIA = known("Ardenvale Silicon Singapore Pte Ltd", "SG")
OWN_EUROPE = known("Ardenvale Silicon Europe BV", "NL")
OWN_OEM = known("Thornebury Compute Malaysia Sdn Bhd", "MY")

BRACKENHOLM = known("Brackenholm Systems Inc", "US")
SOLVANNE = known("Solvanne Manufactura SA de CV", "MX")
TESSALY = known("Tessaly Distribution GmbH", "DE")
HEXALUNA = known("Hexaluna Distribution Pte Ltd", "SG")
FENNIMARCH = known("Fennimarch Institute", "AU")
COOLABINE = known("Coolabine Systems Pty Ltd", "AU")
ORRINFELD = known("Orrinfeld Networks LLC", "US")
CASTRINEL = known("Castrinel Labs Inc", "US")
KESTROVANE = known("Kestrovane University", "NL")
PELHAMARA = known("Pelhamara Bank plc", "GB")
ZARNOWICK = known("Zarnowick Motorenwerke AG", "DE")
SEATING = known("Zarnowick Seating s.r.o.", "CZ")
LUMBRICK = known("Lumbrick Pte Ltd", "SG", phone="+65 6550 4417")
LUMBRICK_CLOUD = known("Lumbrick Cloud Sdn Bhd", "MY", phone="+65 6550 4417")
LBK_HORIZON = known("LBK Horizon Ltd", "HK", phone="+65 6550 4417")
LARKMEAD = known("Larkmead Treasury Pte Ltd", "SG")
MARISOL_SG = known("Marisol Technology Ltd", "SG")
MARISOL_HK = known("Marisol Technology Limited", "HK")
ORIBANDA = known("Oribanda Digital Pte Ltd", "SG")
QUELLMARK = known("Quellmark Trading FZE", "AE")
VETRANO = known("Vetrano Pharma Pvt Ltd", "IN")
ZIMOLISTE = known("Zimoliste Sistemy OOO", "RU")
CORALPORT = known("Coralport Realty LLC", "US")
WANFIELD = known("Wanfield Ocean Settlement Ltd", "HK")
TIDEGLOW = known("Tideglow Components Ltd", "HK")
SKYHARROW = known("Skyharrow Express Freight Ltd", "HK")
PELLWORM = known("Pellworm Systems Pte Ltd", "SG")
VELMORA = known("Velmora Logistics Pte Ltd", "SG", address="8 Harbour Road, Warehouse 4, Singapore")
TARKWELL = known("Tarkwell AI Inc", "CA")
MERANTIQUE = known("Merantique Leasing SAS", "FR")
SOLVIGNY = known("Solvigny Calcul SAS", "FR")
TREMAREC = known("Trémarec Imagerie SAS", "FR")
GLASSWING = known("Glasswing Denki KK", "JP")
BRINDLEMOOR = known("Brindlemoor Info Co Ltd", "CN")
BRINDLEMOOR_LONG = known("Brindlemoor Information Technology Co., Ltd.", "CN")
DUNMARROW = known("Dunmarrow Servers BV", "NL")
EVERPINE = known("Everpine Cable Supply Inc", "US")
TAVROSK_ONE = known("Tavrosk Retail One", "PL")
TAVROSK_TWO = known("Tavrosk Retail Two", "PL")
TAVROSK_THREE = known("Tavrosk Retail Three", "PL")
OSTRANDER = known("Ostrander Boards Ltd", "GB")
HOSTILE = [
    known('=HYPERLINK("http://x","y")', "US"),
    known("<script>alert(1)</script> Trading Ltd", "GB"),
    known("Redline \x1b[31mOptika\x1b[0m s.r.o.", "CZ"),
    known("Pipe | Backtick `id` Works BV", "NL"),
]
VELMORA_BUYERS = [
    (known("Ulandri Data Pte Ltd", "SG"), 200), (known("Borvanta Cloud Sdn Bhd", "MY"), 210),
    (known("Chalomet Compute Co., Ltd.", "TH"), 220), (known("PT Gerantis Awan", "ID"), 230),
    (known("Pasimbra Systems Inc", "PH"), 240), (known("Wirralong Analytics Pty Ltd", "AU"), 240),
    (known("Taupora Models Ltd", "NZ"), 250), (known("Hinokawa Keisan KK", "JP"), 250),
    (known("Dorimsae Data Co., Ltd.", "KR"), 260),
]
AMBERLINE = "Amberline Data Campus, Jalan Ambar 3, Johor Bahru"
AMBERLINE_TENANTS = list(zip([
    known("Ketumbra Cloud Sdn Bhd", "MY"), known("Ostrova Render Pte Ltd", "SG"), known("Halimara Analytics Sdn Bhd", "MY"),
    known("Vintoria Games Pte Ltd", "SG"), known("Sawitra Mapping Sdn Bhd", "MY"), known("Nordelune Media SAS", "FR"),
    known("Pergamo Genomics Sdn Bhd", "MY"), known("Quarrybank Weather Ltd", "GB"), known("Rimbatek Hosting Sdn Bhd", "MY"),
    known("Stavrine Finance Pte Ltd", "SG"), known("Tidalwick Telemetry Sdn Bhd", "MY"), known("Umbrasol Robotics Sdn Bhd", "MY"),
], [40, 45, 50, 55, 60, 62, 64, 70, 72, 80, 85, 90]))

WEXMOOR = known("Wexmoor Distribution Ltd", "GB")
HARKENRODE = known("Harkenrode Distribution BV", "NL")
PERIVALE = known("Perivale Distribution Sdn Bhd", "MY")
LARKSPUR = known("Larkspur Ridge Distribution Inc", "US")
BILLABROOK = known("Billabrook Distribution Pty Ltd", "AU")
MIZUKAGE = known("Mizukage Hanbai KK", "JP")
SANDMERE = known("Sandmere Distribution FZCO", "AE")
SELLERS = {
    TESSALY.name: ("TES", TESSALY, "DE FR AT CH IT ES"), HEXALUNA.name: ("HEX", HEXALUNA, "SG MY TH ID PH TW"),
    ORRINFELD.name: ("ORR", ORRINFELD, "US"), WEXMOOR.name: ("WEX", WEXMOOR, "GB IE"),
    HARKENRODE.name: ("HKR", HARKENRODE, "NL BE PL CZ SE NO DK FI"), PERIVALE.name: ("PVL", PERIVALE, "MY IN TH SG"),
    LARKSPUR.name: ("LRK", LARKSPUR, "US CA MX"), BILLABROOK.name: ("BIL", BILLABROOK, "AU NZ"),
    MIZUKAGE.name: ("MZK", MIZUKAGE, "JP KR"), SANDMERE.name: ("SND", SANDMERE, "AE"),
}
PREFIXES = {name: prefix for name, (prefix, _, _) in SELLERS.items()}
FORWARDERS = [known("Halvorsund Sea & Air AS", "NO"), known("Transmerron Cargo BV", "NL"), known("Kestrelgate Forwarding Inc", "US")]


def everyone():
    """Every named party: the cast, the sellers, the seller's own companies."""
    found = [value for value in globals().values() if isinstance(value, Party)]
    found += HOSTILE + FORWARDERS + [party for party, _ in VELMORA_BUYERS + AMBERLINE_TENANTS]
    return found


def cast_in_sap(books):
    """A: the maker's and the server maker's deliveries. Delivery numbers are 00800, the number in the cast, a counter."""
    d = books.delivery
    for n, issued in enumerate(
        ["2023-05-09", "2023-07-04", "2023-08-29", "2023-10-17", "2023-12-05", "2024-01-30", "2024-03-12", "2024-04-23"], 1
    ):
        d(MAKER, f"0080001{n:03d}", issued, BRACKENHOLM, [(HGX_H100, 50)], ship_to=SOLVANNE)
    d(MAKER, "0080003001", "2024-02-13", TESSALY, [(H100_PCIE, 1240)])
    d(MAKER, "0080004001", "2024-03-19", HEXALUNA, [(H100_PCIE, 600)])
    d(MAKER, "0080004002", "2024-07-02", HEXALUNA, [(H100_PCIE, 400)])
    d(MAKER, "0080005001", "2021-09-14", FENNIMARCH, [(A100_PCIE, 200)])
    # Split by batch: the item and its two batches are one hundred cards, not two hundred.
    batches = [dict(item=A100_PCIE, quantity=q, POSNR=f"90000{n}", UECHA="000010") for n, q in ((1, 60), (2, 40))]
    d(MAKER, "0080005002", "2021-11-30", FENNIMARCH, [(A100_PCIE, 100), *batches])
    d(MAKER, "0080006001", "2024-05-21", ORRINFELD, [(H100_PCIE, 480)], ship_to=CASTRINEL, po="CAS-PO-7781", kind=("LF", "TAS"))
    d(MAKER, "0080006002", "2024-09-10", ORRINFELD, [(H100_PCIE, 96)])
    d(MAKER, "0080009001", "2024-03-05", PELHAMARA, [(H100_PCIE, 320)])
    d(MAKER, "0080009002", "2024-04-23", PELHAMARA, [(H100_PCIE, 200)])
    d(MAKER, "0084009003", "2024-06-18", PELHAMARA, [(H100_PCIE, -40)], po="PBL-RET-0093", order="0080009002", kind=("LR", "REN"))
    d(OEM, "0080012001", "2022-03-08", LUMBRICK, [(A100_PCIE, 100)], payer=LARKMEAD)
    d(OEM, "0080012002", "2022-04-05", LUMBRICK, [(A100_PCIE, 80)], payer=LARKMEAD)
    d(OEM, "0080012003", "2022-06-28", LBK_HORIZON, [(A100_PCIE, 175)], payer=LARKMEAD)
    d(MAKER, "0080013001", "2021-10-12", MARISOL_SG, [(A100_PCIE, 300)])
    d(OEM, "0080014001", "2025-06-12", ORIBANDA, [(RACK, 32)])
    for n, (issued, quantity) in enumerate([("2024-10-15", 160), ("2024-11-12", 140), ("2025-01-14", 100)], 1):
        d(MAKER, f"0080017{n:03d}", issued, CORALPORT, [(A100_PCIE, quantity)], payer=WANFIELD)
    d(MAKER, "0080017004", None, CORALPORT, [(A100_PCIE, 48)], payer=WANFIELD, created=day("2026-09-22"))
    d(MAKER, "0080018001", "2024-11-05", PELLWORM, [(H100_PCIE, 64)], ship_to=SKYHARROW, end_user=SKYHARROW)
    for n, (buyer, quantity) in enumerate(VELMORA_BUYERS, 1):
        issued = day("2024-02-06") + datetime.timedelta(days=49 * n)
        d(OEM, f"0080019{n:03d}", issued, buyer, [(L40S, quantity)], ship_to=VELMORA, end_user=buyer)
    for n, issued in enumerate(["2024-09-17", "2024-10-08"], 1):
        # A kit: the board in the server is the server's chips, not more chips.
        kit = [
            dict(item=SYS_821GE, quantity=32, PSTYV="TAQ"),
            dict(item=HGX_H100, quantity=32, PSTYV="TAE", UEPOS="000010", price=0),
        ]
        d(OEM, f"0080020{n:03d}", issued, TARKWELL, kit, po="TAI-1001", order="0045020001")
    for n, (issued, item, quantity) in enumerate(
        [("2024-10-22", SERVICES[0], 64), ("2025-05-13", SERVICES[3], 8), ("2025-10-14", SERVICES[1], 64), ("2026-04-21", SERVICES[2], 64)], 3
    ):
        d(OEM, f"0080020{n:03d}", issued, TARKWELL, [(item, quantity)])
    d(MAKER, "0080022001", "2024-04-09", GLASSWING, [(H100_PCIE, 600)], kind=("LF", "KBN"))
    for n, (issued, quantity) in enumerate([("2024-05-14", 150), ("2024-08-20", 140), ("2024-12-03", 120)], 2):
        d(MAKER, f"0080022{n:03d}", issued, GLASSWING, [(H100_PCIE, quantity)], kind=("LF", "KEN"))
    d(MAKER, "0084022005", "2025-02-18", GLASSWING, [(H100_PCIE, 100)], kind=("LR", "KAN"))
    d(MAKER, "0080023001", "2023-03-14", BRINDLEMOOR, [(A800_PCIE, 1000)])
    d(MAKER, "0080023002", "2025-03-11", BRINDLEMOOR, [(HGX_H20, 45)])
    # The same customer under its long name: same number, and the register of parties says so too.
    long_name = dict(NAME_AG=BRINDLEMOOR_LONG.name, NAME_WE=BRINDLEMOOR_LONG.name)
    d(MAKER, "0080023003", "2025-05-20", BRINDLEMOOR, [dict(item=HGX_H20, quantity=30, **long_name)])
    for n, issued in enumerate(["2023-11-07", "2023-12-12", "2024-01-23", "2024-02-27"], 1):
        d(OEM, f"0080024{n:03d}", issued, DUNMARROW, [(SYS_421GE, 20), (H100_PCIE, 40)])
    d(MAKER, "0080028001", "2024-05-28", OSTRANDER, [(HGX_H100_A800, 8)])
    # Between the seller's own companies, and between its plants: nobody bought anything.
    d(MAKER, "0080090001", "2024-01-16", OWN_ASIA, [(H100_PCIE, 640)])
    d(MAKER, "0080090002", "2024-06-04", OWN_EUROPE, [(L40S, 520)])
    d(OEM, "0080090003", "2025-02-11", OWN_OEM, [(SYS_821GE, 70)])
    d(MAKER, "0080090004", "2024-08-13", OWN_EUROPE, [(H100_PCIE, 560)], kind=("NLCC", "NLN"))
    d(OEM, "0080090005", "2025-03-04", OWN_OEM, [(L4, 600)], kind=("NL", "NLN"))


def cast_in_pos(books):
    """B: distributors' point of sale. Document numbers are the distributor, the number in the cast, a counter."""
    s = books.sale
    for n, (shipped, quantity) in enumerate([("2024-08-06", 20), ("2024-09-03", 18)], 1):
        s(BILLABROOK, f"BIL-05{n:03d}", shipped, COOLABINE, [(DGX_H100, quantity)], ship_to=FENNIMARCH,
          end_user=known("FENNIMARCH INSTITUTE", "AU"))
    s(ORRINFELD, "ORR-07001", "2024-05-21", CASTRINEL, [(H100_PCIE, 480, 29900)], end_user=CASTRINEL, po="CAS-PO-7781")
    for n, (shipped, quantity) in enumerate([("2024-01-23", 24), ("2024-03-26", 20), ("2024-06-11", 18)], 1):
        s(HARKENRODE, f"HKR-08{n:03d}", shipped, KESTROVANE, [(XE9680, quantity)])
    s(HARKENRODE, "HKR-08101", "2025-03-04", KESTROVANE, [(RMA_MODULE, 10)], kind="rma_replacement", po="RMA-08-2217")
    for n, (shipped, quantity) in enumerate([("2025-03-25", 5), ("2025-04-15", 3)], 102):
        s(HARKENRODE, f"HKR-08{n:03d}", shipped, KESTROVANE, [(RMA_MODULE, quantity)], kind="return", po="RMA-08-2217",
          reference_document_no="HKR-08101")
    s(WEXMOOR, "WEX-09001", "2024-06-18", known("PELHAMARA BANK PLC", "GB", phone=PELHAMARA.phone, address=PELHAMARA.address),
      [(H100_PCIE, 40)], kind="return", po="PBL-RET-0093", reference_document_no="0080009002")
    bill = dict(po="ZMW-4500817", stage="invoice")
    s(HARKENRODE, "HKR-10001", "2024-10-08", ZARNOWICK, [(XE9680, 63)], invoiced="2024-10-09", **bill)
    s(HARKENRODE, "HKR-10002", "2024-10-08", ZARNOWICK, [(XE9680, 63)], invoiced="2024-10-15", kind="cancellation",
      reference_document_no="HKR-10001", **bill)
    s(HARKENRODE, "HKR-10003", "2024-10-08", ZARNOWICK, [(XE9680, 63)], invoiced="2024-10-16", **bill)
    s(HARKENRODE, "HKR-11001", "2024-11-19", SEATING, [(XE9680, 62)], po="ZSE-4500031")
    s(HARKENRODE, "HKR-11002", "2024-11-19", SEATING, [(XE9680, 62)], po="ZSE-4500031", stage="invoice", invoiced="2024-11-22",
      reference_document_no="HKR-11001")
    s(PERIVALE, "PVL-12001", "2022-05-17", LUMBRICK_CLOUD, [(A100_PCIE, 170)], payer=LARKMEAD)
    s(PERIVALE, "PVL-13001", "2021-12-07", MARISOL_HK, [(A100_PCIE, 300)])
    s(SANDMERE, "SND-15001", "2024-06-27", QUELLMARK, [(H800_MODULE, 120)])
    for n, (shipped, quantity) in enumerate([("2024-04-16", 30), ("2024-05-14", 28), ("2024-06-18", 30)], 1):
        s(PERIVALE, f"PVL-16{n:03d}", shipped, VETRANO, [(XE9680, quantity)])
    s(LARKSPUR, "LRK-20001", "2025-06-03", TARKWELL, [(RMA_MODULE, 3)], kind="rma_replacement", po="RMA-20-0117")
    s(LARKSPUR, "LRK-20002", "2025-06-24", TARKWELL, [(RMA_MODULE, -3)], kind="return", po="RMA-20-0117",
      reference_document_no="LRK-20001")
    for n, (shipped, quantity) in enumerate([("2024-05-07", 25), ("2024-06-04", 25)], 1):
        s(HARKENRODE, f"HKR-21{n:03d}", shipped, MERANTIQUE, [(XE9680, quantity)], kind="lease", ship_to=SOLVIGNY, end_user=SOLVIGNY)
    s(HARKENRODE, "HKR-21003", "2024-09-24", MERANTIQUE, [(HOUSE_NODE, 30)], kind="lease", ship_to=TREMAREC, end_user=TREMAREC)
    s(MIZUKAGE, "MZK-22001", "2025-04-08", GLASSWING, [(H100_PCIE, 16, 0)], kind="loan")
    for n, (shipped, quantity) in enumerate([("2023-09-12", 2500), ("2024-02-20", 1500)], 1):
        s(LARKSPUR, f"LRK-25{n:03d}", shipped, EVERPINE, [(BRIDGE, quantity)])
    s(HARKENRODE, "HKR-26001", "2019-11-19", TAVROSK_ONE, [(V100_PCIE, 60)])
    s(HARKENRODE, "HKR-26002", "2020-02-11", TAVROSK_ONE, [(V100_PCIE, 12)], kind="return", reference_document_no="HKR-26001")
    s(HARKENRODE, "HKR-26003", "2021-08-17", TAVROSK_ONE, [(A100_PCIE, 199)])
    s(HARKENRODE, "HKR-26004", "2024-02-06", TAVROSK_ONE, [(L40S, 300)])
    s(HARKENRODE, "HKR-26101", "2021-09-07", TAVROSK_TWO, [(A100_PCIE, 250)])
    s(HARKENRODE, "HKR-26102", "2024-03-12", TAVROSK_TWO, [(L40S, 250)])
    # The same line of the same document once more: an overlapping extract.
    books.pos.append(dict(books.pos[-1]))
    s(HARKENRODE, "HKR-26201", "2021-10-05", TAVROSK_THREE, [(A100_PCIE, 201)])
    s(HARKENRODE, "HKR-26202", "2024-04-09", TAVROSK_THREE, [(L40S, 300)])
    for n, (tenant, quantity) in enumerate(AMBERLINE_TENANTS, 1):
        shipped = day("2024-01-09") + datetime.timedelta(days=63 * n)
        s(PERIVALE, f"PVL-27{n:03d}", shipped, tenant, [(H100_PCIE if n % 3 else L40S, quantity)], address=AMBERLINE)
    for n, (party, seller) in enumerate(zip(HOSTILE, [LARKSPUR, WEXMOOR, HARKENRODE, HARKENRODE]), 1):
        prefix, shipped = PREFIXES[seller.name], day("2024-07-09") + datetime.timedelta(days=28 * n)
        s(seller, f"{prefix}-29{n}01", shipped, party, [(XE9680, 63)])
        s(seller, f"{prefix}-29{n}02", shipped + datetime.timedelta(days=35), party, [(XE9680, 2)], kind="return",
          reference_document_no=f"{prefix}-29{n}01")


def cast_in_customs(books):
    """C: what left again, as customs saw it."""
    forwarder = FORWARDERS[1]
    for n, (shipped, quantity) in enumerate(
        [("2024-06-25", 20), ("2024-07-16", 15), ("2024-08-06", 15), ("2024-08-27", 12), ("2024-09-17", 8)], 1
    ):
        books.declaration(f"INX-16{n:03d}", shipped, VETRANO, ZIMOLISTE, [(XE9680, quantity)], forwarder, "IN>AE>RU")
    for n, (shipped, quantity) in enumerate([("2024-12-10", 160), ("2025-01-07", 140), ("2025-02-11", 100)], 1):
        books.declaration(f"MYX-17{n:03d}", shipped, CORALPORT, TIDEGLOW, [(A100_PCIE, quantity)], forwarder, "US>MY>HK")


# cast_no, party, direct, indirect, lo, best, hi, received, on_loan, gross, returned, customs_only, bulk_status
def expectations():
    def plain(number, party, direct, indirect=0, status="none", **more):
        total = direct + indirect
        row = dict(direct=direct, indirect=indirect, lo=total, best=total, hi=total, received=0, on_loan=0, gross=total, returned=0, customs=0)
        row.update(more)
        row["status"] = status
        return number, party, row

    def netted(number, party, gross, returned, status="none", **more):
        return plain(number, party, gross - returned, 0, status, gross=gross, returned=returned, **more)

    rows = [
        plain(1, BRACKENHOLM, 3200, status="confirmed"),
        plain(2, SOLVANNE, 0, received=3200),
        plain(3, TESSALY, 1240, status="confirmed"),
        plain(4, HEXALUNA, 1000, status="confirmed"),
        plain(5, FENNIMARCH, 300, 304, "confirmed"),
        plain(5, COOLABINE, 304),
        plain(6, ORRINFELD, 576, status="confirmed"),
        plain(7, CASTRINEL, 480),
        netted(8, KESTROVANE, 506, 8),
        netted(9, PELHAMARA, 520, 40),
        plain(10, ZARNOWICK, 504, status="confirmed"),
        plain(11, SEATING, 496),
        plain(12, LUMBRICK, 180), plain(12, LUMBRICK_CLOUD, 170), plain(12, LBK_HORIZON, 175),
        plain(13, MARISOL_SG, 300), plain(13, MARISOL_HK, 300),
        plain(14, ORIBANDA, 2304, status="confirmed"),
        plain(15, QUELLMARK, 120, status="possible", hi=960),
        plain(16, VETRANO, 704, status="confirmed"),
        plain(16, ZIMOLISTE, 0, customs=560),
        plain(17, CORALPORT, 400),
        plain(17, TIDEGLOW, 0, customs=400),
        plain(18, SKYHARROW, 0, 64), plain(18, PELLWORM, 64),
        plain(19, VELMORA, 0, received=2100),
        *(plain(19, buyer, quantity) for buyer, quantity in VELMORA_BUYERS),
        netted(20, TARKWELL, 515, 3, "confirmed"),
        plain(21, MERANTIQUE, 640, status="confirmed"), plain(21, SOLVIGNY, 0, 400), plain(21, TREMAREC, 0, 240),
        plain(22, GLASSWING, 410, on_loan=106),
        plain(23, BRINDLEMOOR, 1600, status="confirmed"),
        plain(24, DUNMARROW, 160, status="possible", hi=800),
        plain(25, EVERPINE, 0),
        plain(26, TAVROSK_ONE, 499), plain(26, TAVROSK_TWO, 500), plain(26, TAVROSK_THREE, 501, status="confirmed"),
        *(plain(27, tenant, quantity) for tenant, quantity in AMBERLINE_TENANTS),
        plain(28, OSTRANDER, 64),
        *(netted(29, party, 504, 16) for party in HOSTILE),
    ]
    header = "cast_no name country direct indirect chips_lo chips_best chips_hi received on_loan gross returned customs_only bulk_status"
    table = [header.split()]
    for number, party, row in rows:
        table.append([number, party.name, party.country, *row.values()])
    return table


# ---------------------------------------------------------------- ordinary trade

class Trade:
    """Small buyers around the cast: cables and switches, a few cards, a server now and then; none has 60 chips."""

    MOST_CHIPS = 56

    def __init__(self, books):
        self.books, self.dice, self.registrar = books, books.dice, books.registrar
        self.counters = {}
        self.made = []

    def buyer(self, country, **more):
        party = self.registrar.party(country, **more)
        party.chips_left = self.dice.upto(6, self.MOST_CHIPS)
        self.made.append(party)
        return party

    def date(self, first="2020-01-07", last="2026-10-20"):
        """A working day; later years see more trade."""
        first, span = day(first), (day(last) - day(first)).days
        found = first + datetime.timedelta(days=max(self.dice.upto(0, span), self.dice.upto(0, span)))
        return found - datetime.timedelta(days=max(found.weekday() - 4, 0))

    def number(self, prefix):
        self.counters[prefix] = self.counters.get(prefix, 0) + 1
        count = self.counters[prefix]
        return f"{prefix}{count:06d}" if prefix.isdigit() else f"{prefix}-{50000 + count}"

    def available(self, items, date):
        return [item for item in items if date.isoformat() >= item.since]

    def goods(self, date, most=4):
        lines = []
        for item in self.dice.shuffled(self.available(GOODS, date))[: self.dice.upto(1, most)]:
            many = [1, 2, 2, 4] if item.price > 5000 else [2, 4, 8, 8, 12, 16, 24, 32, 48, 96]
            lines.append((item, self.dice.pick(many)))
        if self.dice.chance(12):
            lines.append((self.dice.pick(self.available(SERVICES, date)), self.dice.upto(1, 6)))
        return lines

    def cards(self, date, party, *others):
        """A line of cards within what these parties may still have; none where that is nothing."""
        budget = min(buyer.chips_left for buyer in (party, *others))
        choice = self.available(CARDS, date)
        if budget < 1 or not choice:
            return []
        quantity = min(self.dice.pick([1, 2, 2, 4, 4, 6, 8, 10, 12]), budget)
        for buyer in (party, *others):
            buyer.chips_left -= quantity
        return [(self.dice.pick(choice), quantity)]

    def sap(self):
        deliver, dice = self.books.delivery, self.dice
        countries = "US US US DE DE GB NL FR IE SE FI CH JP KR SG MY AU IN CA IT ES PL".split()
        buyers = [self.buyer(dice.pick(countries)) for _ in range(88)]
        resellers = [self.buyer(country, trade="Resale") for country in "US DE GB SG AU FR NL JP".split()]
        for reseller in resellers:
            reseller.chips_left = self.MOST_CHIPS
        self.resellers = resellers
        for _ in range(215):
            party, date, seller = dice.pick(buyers), self.date(), dice.pick([MAKER, OEM])
            lines = self.goods(date) + (self.cards(date, party) if dice.chance(35) else [])
            deliver(seller, self.number("0081"), date, party, lines)
        for distributor in (TESSALY, HEXALUNA):
            for _ in range(14):
                date = self.date("2023-03-01")
                deliver(MAKER, self.number("0081"), date, distributor, self.goods(date))
        for _ in range(14):
            party, date = dice.pick(buyers), self.date("2023-05-02")
            if party.chips_left < 8:
                continue
            party.chips_left -= 8
            kit = [
                dict(item=SYS_821GE, quantity=1, PSTYV="TAQ"),
                dict(item=HGX_H100, quantity=1, PSTYV="TAE", UEPOS="000010", price=0),
                dict(item=GOODS[12], quantity=2, PSTYV="TAE", UEPOS="000010", price=0),
            ]
            deliver(OEM, self.number("0081"), date, party, kit)
        # Through small resellers: most end customers stand in the side extract of partner functions, some nowhere.
        for n in range(24):
            reseller, user, date = dice.pick(resellers), dice.pick(buyers), self.date("2021-07-06")
            lines = self.goods(date, 2) + self.cards(date, reseller, user)
            deliver(MAKER, self.number("0081"), date, reseller, lines, ship_to=user, kind=("LF", "TAS"), end_user=user if n % 4 else None)
        for _ in range(6):
            party, date = dice.pick(buyers), self.date()
            deliver(OEM, self.number("0081"), date, party, self.goods(date, 2), kind=("LF", "TANN"))
        for n in range(5):
            created = AS_OF - datetime.timedelta(days=6 + 11 * n)
            deliver(dice.pick([MAKER, OEM]), self.number("0081"), None, dice.pick(buyers), [(L40S, 4), *self.goods(created, 2)], created=created)
        for n in range(9):
            sold = dice.pick([entry for entry in self.books.sap if entry["row"]["VBELN"].startswith("0081") and entry["row"]["PSTYV"] == "TAN"])
            row, gone = sold["row"], sold["row"]["WADAT_IST"]
            if gone == "00.00.0000" or sold["quantity"] < 2:
                continue
            issued = min(datetime.datetime.strptime(gone, "%d.%m.%Y").date() + datetime.timedelta(days=dice.upto(9, 50)), AS_OF)
            back = -max(1, sold["quantity"] // 4)
            again = dict(row, VBELN=self.number("0085"), POSNR="000010", LFART="LR", PSTYV="REN", VGBEL=row["VBELN"], LFIMG=comma_quantity(back),
                         BSTKD=f"RET-{70000 + n}", ERDAT=sap_date(issued), WADAT_IST=sap_date(issued))
            self.books.sap.append({"row": again, "order": (issued, again["VBELN"], "000010"), "quantity": back})
        # Two rows that must be refused: a day that no calendar has, and two and a half cards.
        deliver(MAKER, self.number("0081"), "2025-02-27", buyers[3], [dict(item=L4, quantity=2, WADAT_IST="31.02.2025")])
        deliver(OEM, self.number("0081"), "2025-06-10", buyers[5], [dict(item=GOODS[11], quantity=0, LFIMG="2,500")])

    def pos(self):
        dice, sale = self.dice, self.books.sale
        plans = {"TES": 42, "HEX": 28, "ORR": 9, "WEX": 20, "HKR": 26, "PVL": 20, "LRK": 26, "BIL": 12, "MZK": 14, "SND": 7}
        documents = {"TES": 34, "HEX": 27, "ORR": 10, "WEX": 40, "HKR": 48, "PVL": 34, "LRK": 48, "BIL": 22, "MZK": 28, "SND": 12}
        for prefix, seller, countries in SELLERS.values():
            buyers = [self.buyer(dice.pick(countries.split())) for _ in range(plans[prefix])]
            reseller = self.buyer(countries.split()[0], trade="Resale")
            reseller.chips_left = self.MOST_CHIPS
            self.resellers.append(reseller)
            outflow = {"TES": (1170, "2024-03-12"), "HEX": (700, "2024-07-16"), "ORR": (92, "2024-10-01")}.get(prefix)
            if outflow:
                self.sell_out(prefix, seller, buyers, *outflow)
            for n in range(documents[prefix]):
                party, date = dice.pick(buyers), self.date()
                more, lines = {}, self.goods(date)
                if dice.chance(14):
                    more, party = dict(end_user=party, ship_to=party), reseller
                if not outflow and dice.chance(45):
                    lines += self.cards(date, party, *([more["end_user"]] if more else []))
                if dice.chance(18):
                    more["forwarder_name"] = dice.pick(FORWARDERS).name
                if n % 23 == 5 and prefix in ("PVL", "MZK"):
                    more["licence_no"] = f"D{1200000 + dice.upto(1, 99999)}"
                if dice.chance(20):
                    more["payer_name"], more["payer_country"] = party.name, party.country
                number = self.number(prefix)
                first = len(self.books.pos)
                sale(seller, number, date, party, lines, **more)
                for row in self.books.pos[first:]:
                    if int(row["quantity"]) <= 4 and row["part_number"].startswith("900-2"):
                        row["serial_numbers"] = ";".join(f"{dice.upto(1320, 1699)}{dice.upto(10**8, 10**9 - 1)}" for _ in range(int(row["quantity"])))
                self.afterwards(prefix, n, first)
            for n in range(2):
                if prefix in ("WEX", "LRK"):
                    sale(seller, self.number(prefix), None, dice.pick(buyers), [(GOODS[9], 2), (GOODS[0], 16)])
        # A row that must be refused: a thirteenth month.
        last = [row for row in self.books.pos if row["document_no"].startswith("SND-5") and row["document_type"] == "sale"][-1]
        broken = dict(last, document_no=self.number("SND"), line_no="10", ship_date="2025-13-04", invoice_date="2025-04-14")
        self.books.pos.append(broken)

    def sell_out(self, prefix, seller, buyers, chips, first):
        """Sells exactly so many H100 cards to small buyers, long after the goods came in."""
        dice = self.dice
        share = [chips // len(buyers)] * len(buyers)
        for n in range(chips - sum(share)):
            share[n] += 1
        for _ in range(400):
            a, b, move = dice.upto(0, len(buyers) - 1), dice.upto(0, len(buyers) - 1), dice.upto(1, 5)
            if share[a] - move >= 3 and share[b] + move <= self.MOST_CHIPS and a != b:
                share[a], share[b] = share[a] - move, share[b] + move
        for party, quantity in zip(buyers, share):
            party.chips_left = 0
            parts = dice.upto(1, 3) if quantity >= 12 else 1
            cuts = sorted(dice.upto(1, quantity - 1) for _ in range(parts - 1))
            for a, b in zip([0, *cuts], [*cuts, quantity]):
                if b > a:
                    self.books.sale(seller, self.number(prefix), self.date(first, "2026-09-22"), party, [(H100_PCIE, b - a, 29400 + 100 * dice.upto(0, 12))])

    def afterwards(self, prefix, n, first):
        """What follows some sales: an invoice, a credit note, goods that come back."""
        rows = self.books.pos[first:]
        row, shipped = rows[0], day(rows[0]["ship_date"])
        later = min(shipped + datetime.timedelta(days=self.dice.upto(7, 40)), AS_OF).isoformat()
        if n % 19 == 3:
            number = self.number(prefix)
            for sold in rows:
                self.books.pos.append(dict(sold, document_stage="invoice", document_no=number, reference_document_no=sold["document_no"], serial_numbers=""))
        if n % 29 == 7:
            self.books.pos.append(dict(row, document_type="value_adjustment", document_no=self.number(prefix), line_no="10", serial_numbers="",
                                       reference_document_no=row["document_no"], ship_date=later, invoice_date=later, unit_price="12.00"))
        if n % 17 == 11:
            quantity = max(1, int(row["quantity"]) // 4)
            sign = -1 if n % 2 else 1
            self.books.pos.append(dict(row, document_type="return", document_no=self.number(prefix), line_no="10", serial_numbers="",
                                       reference_document_no=row["document_no"], customer_po=f"RET-{prefix}-{100 + n}",
                                       ship_date=later, invoice_date=later, quantity=str(sign * quantity)))

    def customs(self):
        dice = self.dice
        countries = "US DE NL GB FR JP KR SG AU CA SE IT CH MY".split()
        exporters = [self.buyer(dice.pick(countries)) for _ in range(22)]
        consignees = [self.buyer(dice.pick(countries)) for _ in range(40)]
        for _ in range(62):
            exporter, consignee, date = dice.pick(exporters), dice.pick(consignees), self.date("2021-01-05")
            lines = self.goods(date, 3) + (self.cards(date, consignee) if dice.chance(30) else [])
            forwarder = dice.pick(FORWARDERS) if dice.chance(50) else None
            self.books.declaration(self.number("CUX"), date.isoformat(), exporter, consignee, lines, forwarder)
        # And one with two and a half cables.
        self.books.declaration(self.number("CUX"), "2025-09-16", exporters[0], consignees[0], [(GOODS[6], 2)])
        self.books.customs[-1]["quantity"] = "2.5"


# ---------------------------------------------------------------- what the user knows

REGISTER = "name country party_id entity class parent headquarters incorporated employees revenue_usd industry_code declared_mw verified_site source date".split()


def register(trade):
    def row(party, kind, entity=None, **more):
        return dict(name=party.name, country=party.country, entity=(entity or party).name, **{"class": kind}, source="sample register", date="2026-09-30", **more)

    group = dict(parent="Zarnowick Holding SE", headquarters="DE")
    rows = [
        row(BRACKENHOLM, "oem", incorporated="1998-04-02", employees="5200", revenue_usd="6100000000", industry_code="3341"),
        row(SOLVANNE, "contract_manufacturer", incorporated="2006-09-18", employees="2400", industry_code="3344"),
        row(TESSALY, "distributor", incorporated="1991-02-11", employees="880", industry_code="4236"),
        row(HEXALUNA, "distributor", incorporated="2009-07-30", employees="210", industry_code="4236"),
        row(FENNIMARCH, "university", incorporated="1963-01-01", employees="3900", industry_code="6113", declared_mw="4.5", verified_site="yes"),
        row(COOLABINE, "reseller", incorporated="2011-05-05", employees="64"),
        row(ORRINFELD, "reseller", incorporated="2013-10-21", employees="140"),
        row(CASTRINEL, "research", incorporated="2015-03-09", employees="410", declared_mw="2.0"),
        row(KESTROVANE, "university", incorporated="1911-01-01", employees="6100", declared_mw="3.0", verified_site="yes"),
        row(PELHAMARA, "bank", incorporated="1974-06-17", employees="18400"),
        row(ZARNOWICK, "manufacturer", incorporated="1952-08-01", employees="31000", **group),
        row(SEATING, "manufacturer", incorporated="1996-11-14", employees="2700", **group),
        row(ORIBANDA, "cloud", parent="Oribanda Digital Group Co., Ltd.", headquarters="CN", incorporated="2023-12-05", employees="35"),
        row(QUELLMARK, "", incorporated="2023-05-22", employees="6"),
        row(VETRANO, "pharma", incorporated="2004-02-26", employees="320", revenue_usd="41000000", industry_code="3254"),
        row(CORALPORT, "real_estate", incorporated="2019-03-13", employees="4", revenue_usd="900000", industry_code="5312"),
        row(SKYHARROW, "forwarder", incorporated="2021-08-19", employees="22", industry_code="4885"),
        row(PELLWORM, "reseller", incorporated="2022-12-01", employees="5"),
        row(VELMORA, "logistics", incorporated="1987-10-06", employees="1300", industry_code="4931"),
        row(TARKWELL, "cloud", incorporated="2023-11-08", employees="95", declared_mw="1.6", verified_site="yes"),
        row(MERANTIQUE, "lessor", incorporated="1999-01-20", employees="75", industry_code="5324"),
        row(GLASSWING, "manufacturer", incorporated="1968-04-01", employees="7400"),
        row(BRINDLEMOOR, "cloud", headquarters="CN", incorporated="2016-06-28", employees="900"),
        row(BRINDLEMOOR_LONG, "cloud", BRINDLEMOOR, headquarters="CN", incorporated="2016-06-28", employees="900"),
        row(DUNMARROW, "system_integrator", incorporated="2014-09-03", employees="58"),
        row(EVERPINE, "cabling", incorporated="2002-07-15", employees="130"),
        row(OSTRANDER, "manufacturer", incorporated="2010-02-08", employees="260"),
        *(row(party, "distributor") for party in (WEXMOOR, HARKENRODE, PERIVALE, LARKSPUR, BILLABROOK, MIZUKAGE, SANDMERE)),
        *(row(party, "forwarder") for party in FORWARDERS),
        *(row(party, "reseller") for party in trade.resellers),
    ]
    return [REGISTER] + [[entry.get(column, "") for column in REGISTER] for entry in rows]


def overridden_items():
    return [
        "part_number description model chips_min chips_max reason".split(),
        [HOUSE_NODE.part, HOUSE_NODE.text, "H100", "8", "8", "house number of Thornebury's 8-GPU node; bill of materials of 2024-01"],
        [RAIL_KIT.part, RAIL_KIT.text, "", "0", "0", "house number of a pair of slides; no chip in it"],
    ]


def stock_snapshots():
    return [
        "holder_name country on part_number quantity".split(),
        [TESSALY.name, TESSALY.country, "2026-09-30", H100_PCIE.part, "58"],
        [HEXALUNA.name, HEXALUNA.country, "2026-09-30", H100_PCIE.part, "90"],
    ]


# ---------------------------------------------------------------- writing

def table(rows, delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


def sap_text(books):
    """The list as the ALV grid saves it: a total row for each sales organisation and one for all."""
    def total(stars, entries):
        cells = dict.fromkeys(SAP_COLUMNS, "")
        cells.update(VKORG_NAME=stars, LFIMG=comma_quantity(sum(entry["quantity"] for entry in entries)))
        return list(cells.values())

    rows = [SAP_COLUMNS]
    for seller in (MAKER, OEM):
        mine = sorted((entry for entry in books.sap if entry["row"]["VKORG_NAME"] == seller.name), key=lambda entry: entry["order"])
        rows += [[entry["row"][column] for column in SAP_COLUMNS] for entry in mine]
        rows.append(total("*", mine))
    rows.append(total("Gesamt", books.sap))
    return table(rows, ";")


def pos_text(books):
    order = lambda row: (row["ship_date"] or "9999", row["seller_name"], row["document_no"], int(row["line_no"]))
    return table([POS_COLUMNS] + [[row.get(column, "") for column in POS_COLUMNS] for row in sorted(books.pos, key=order)])


def customs_text(books):
    order = lambda row: (row["ship_date"], row["document_no"], int(row["line_no"]))
    return table([CUSTOMS_COLUMNS] + [[row.get(column, "") for column in CUSTOMS_COLUMNS] for row in sorted(books.customs, key=order)])


def make():
    """All files by their path below `sample_data`, and every name in them."""
    dice = Dice(SEED)
    registrar = Registrar(dice, [party.name for party in everyone()])
    for party in everyone():
        registrar.at_home(party)
    books = Books(dice, registrar)
    cast_in_sap(books)
    cast_in_pos(books)
    cast_in_customs(books)
    trade = Trade(books)
    trade.sap()
    trade.pos()
    trade.customs()
    files = {
        "sap_deliveries.txt": sap_text(books),
        "distributor_pos.csv": pos_text(books),
        "customs_reexports.csv": customs_text(books),
        "lookups/end_users.csv": table(["document_no end_user_name end_user_country".split(), *sorted(books.lookups)]),
        "overrides/parties.csv": table(register(trade)),
        "overrides/items.csv": table(overridden_items()),
        "overrides/inventory.csv": table(stock_snapshots()),
        "expected.csv": table(expectations()),
    }
    return files, sorted({party.name for party in everyone() + trade.made})


LEGAL_FORMS = set(
    "INC LLC LTD LIMITED PLC GMBH AG BV NV SAS SL SPA AB AS APS OY KK FZE FZCO OOO CO COMPANY CORP PTE PVT PTY SDN BHD PT SA DE CV SRO "
    "S R O SP Z LTDA".split()
)


def folded(name):
    plain = unicodedata.normalize("NFKD", name).upper()
    words = re.sub(r"[^A-Z0-9]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).split()
    while words and words[-1] in LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def real_namesakes(names, folder):
    """Names that a list of real parties also has, legal forms apart."""
    wanted = {folded(name): name for name in names}
    found = set()
    for path in sorted(pathlib.Path(folder).glob("lists/*.csv.gz")) + sorted(pathlib.Path(folder).glob("names/gleif*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="") as text:
            for row in csv.reader(text):
                for cell in row:
                    found.update(wanted[key] for key in map(folded, cell.split(";")) if key in wanted)
    return sorted(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check-names", metavar="DIR", help="folder with lists/*.csv.gz and names/gleif*.csv.gz")
    arguments = parser.parse_args()
    files, names = make()
    if arguments.check_names:
        namesakes = real_namesakes(names, arguments.check_names)
        print(f"{len(names)} names, {len(namesakes)} of them real: {namesakes}")
        return 1 if namesakes else 0
    for name, text in files.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        print(f"{name}: {text.count(chr(10)) - 1} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
