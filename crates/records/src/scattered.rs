//! Values that are dealt out to many places.

/// Values by place. A few of each place are gathered before they are moved there: writing to many places far apart, value
/// by value, is what memory is slowest at.
#[derive(Clone, Debug)]
pub struct Scattered<T> {
    gathered: Vec<Vec<T>>,
    places: Vec<Vec<T>>,
}

impl<T> Scattered<T> {
    const GATHERED: usize = 16;

    /// So many places, with room for so many values each.
    #[must_use]
    pub fn new(places: usize, expected: usize) -> Self {
        Self {
            gathered: (0..places).map(|_| Vec::with_capacity(Self::GATHERED)).collect(),
            places: (0..places).map(|_| Vec::with_capacity(expected)).collect(),
        }
    }

    /// Puts a value behind the others of its place.
    pub fn push(&mut self, place: usize, value: T) {
        let gathered = &mut self.gathered[place];
        gathered.push(value);
        if gathered.len() == Self::GATHERED {
            self.places[place].append(gathered);
        }
    }

    /// The values of each place, in the order in which they came.
    #[must_use]
    pub fn into_places(mut self) -> Vec<Vec<T>> {
        for (place, gathered) in self.places.iter_mut().zip(&mut self.gathered) {
            place.append(gathered);
        }
        self.places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_order_within_their_place() {
        let mut scattered = Scattered::new(3, 2);
        (0..100).for_each(|value| scattered.push(value % 7 % 3, value));
        let places = scattered.into_places();
        for (place, values) in places.iter().enumerate() {
            let expected: Vec<usize> = (0..100).filter(|value| value % 7 % 3 == place).collect();
            assert_eq!(*values, expected);
        }
    }
}
