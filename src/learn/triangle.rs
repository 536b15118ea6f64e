//! Symmetric matrices as lower triangles, by rows.

/// Entries of a lower triangle, and the place where a row begins.
pub(super) const fn triangle(dimension: usize) -> usize {
    dimension * (dimension + 1) / 2
}

/// Place of an entry of a symmetric matrix.
pub(super) fn at(row: usize, column: usize) -> usize {
    if row >= column { triangle(row) + column } else { triangle(column) + row }
}

/// Turns a symmetric matrix into its lower factor, in place. False if it is not positive.
pub(super) fn cholesky(matrix: &mut [f64], dimension: usize) -> bool {
    for row in 0..dimension {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| matrix[triangle(row) + k] * matrix[triangle(column) + k]).sum();
            let rest = matrix[triangle(row) + column] - known;
            if row == column {
                if rest.is_nan() || rest <= 0.0 {
                    return false;
                }
                matrix[triangle(row) + row] = rest.sqrt();
            } else {
                matrix[triangle(row) + column] = rest / matrix[triangle(column) + column];
            }
        }
    }
    true
}

/// Inverse of a lower factor.
pub(super) fn invert(factor: &[f64], dimension: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; triangle(dimension)];
    for column in 0..dimension {
        inverse[triangle(column) + column] = 1.0 / factor[triangle(column) + column];
        for row in column + 1..dimension {
            let sum: f64 = (column..row).map(|k| factor[triangle(row) + k] * inverse[triangle(k) + column]).sum();
            inverse[triangle(row) + column] = -sum / factor[triangle(row) + row];
        }
    }
    inverse
}
