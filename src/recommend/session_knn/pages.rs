//! A growing array in shared pages: a copy is a few pointers, and a change after it copies one page.

use std::sync::Arc;

/// Entries of a page.
const PAGE: usize = 1_024;

#[derive(Debug, Clone)]
pub(super) struct Pages<T> {
    pages: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Pages { pages: Vec::new(), len: 0 }
    }
}

impl<T: Copy> Pages<T> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn push(&mut self, value: T) {
        if self.len == self.pages.len() * PAGE {
            self.pages.push(Arc::new(Vec::with_capacity(PAGE)));
        }
        let page = self.pages.last_mut().expect("a page was added if there was none with room");
        Arc::make_mut(page).push(value);
        self.len += 1;
    }

    pub fn get(&self, index: u32) -> T {
        self.pages[index as usize / PAGE][index as usize % PAGE]
    }

    pub fn get_mut(&mut self, index: u32) -> &mut T {
        &mut Arc::make_mut(&mut self.pages[index as usize / PAGE])[index as usize % PAGE]
    }

    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.pages.iter().flat_map(|page| page.iter().copied())
    }

    pub fn bytes(&self) -> usize {
        self.pages.len() * (PAGE * size_of::<T>() + size_of::<Arc<Vec<T>>>())
    }
}
