//! The part of ONNX's file format that is read: onnx.proto, field numbers as published; what is not named here is skipped.

/// A whole file.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Model {
    #[prost(message, optional, tag = "7")]
    pub(super) graph: Option<Graph>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Graph {
    #[prost(message, repeated, tag = "1")]
    pub(super) node: Vec<Node>,
    #[prost(message, repeated, tag = "5")]
    pub(super) initializer: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    pub(super) input: Vec<ValueInfo>,
    #[prost(message, repeated, tag = "12")]
    pub(super) output: Vec<ValueInfo>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Node {
    #[prost(string, repeated, tag = "1")]
    pub(super) input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(super) output: Vec<String>,
    #[prost(string, tag = "3")]
    pub(super) name: String,
    #[prost(string, tag = "4")]
    pub(super) op_type: String,
    #[prost(message, repeated, tag = "5")]
    pub(super) attribute: Vec<Attribute>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Attribute {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(float, tag = "2")]
    pub(super) f: f32,
    #[prost(int64, tag = "3")]
    pub(super) i: i64,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) s: Vec<u8>,
    #[prost(message, optional, tag = "5")]
    pub(super) t: Option<Tensor>,
    #[prost(float, repeated, tag = "7")]
    pub(super) floats: Vec<f32>,
    #[prost(int64, repeated, tag = "8")]
    pub(super) ints: Vec<i64>,
    #[prost(bytes = "vec", repeated, tag = "9")]
    pub(super) strings: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Tensor {
    #[prost(int64, repeated, tag = "1")]
    pub(super) dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub(super) data_type: i32,
    #[prost(float, repeated, tag = "4")]
    pub(super) float_data: Vec<f32>,
    #[prost(int32, repeated, tag = "5")]
    pub(super) int32_data: Vec<i32>,
    #[prost(int64, repeated, tag = "7")]
    pub(super) int64_data: Vec<i64>,
    #[prost(string, tag = "8")]
    pub(super) name: String,
    #[prost(bytes = "vec", tag = "9")]
    pub(super) raw_data: Vec<u8>,
    #[prost(double, repeated, tag = "10")]
    pub(super) double_data: Vec<f64>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ValueInfo {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) kind: Option<Type>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Type {
    #[prost(message, optional, tag = "1")]
    pub(super) tensor: Option<TensorType>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct TensorType {
    #[prost(int32, tag = "1")]
    pub(super) element: i32,
    #[prost(message, optional, tag = "2")]
    pub(super) shape: Option<Shape>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Shape {
    #[prost(message, repeated, tag = "1")]
    pub(super) dim: Vec<Dimension>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Dimension {
    /// 0 where the size is open.
    #[prost(int64, tag = "1")]
    pub(super) value: i64,
}

/// Element types.
pub(super) const FLOAT: i32 = 1;
pub(super) const INT32: i32 = 6;
pub(super) const INT64: i32 = 7;
pub(super) const DOUBLE: i32 = 11;

impl Tensor {
    /// All numbers, in order; `None` if they are of another type or not as many as the sizes say.
    pub(super) fn numbers(&self) -> Option<Vec<f32>> {
        let expected = self.dims.iter().try_fold(1_usize, |product, &dim| product.checked_mul(usize::try_from(dim).ok()?))?;
        let raw = |size: usize| self.raw_data.chunks_exact(size);
        let numbers: Vec<f32> = match self.data_type {
            FLOAT if !self.float_data.is_empty() => self.float_data.clone(),
            FLOAT => raw(4).filter_map(|bytes| Some(f32::from_le_bytes(bytes.try_into().ok()?))).collect(),
            DOUBLE if !self.double_data.is_empty() => self.double_data.iter().map(|&x| x as f32).collect(),
            DOUBLE => raw(8).filter_map(|bytes| Some(f64::from_le_bytes(bytes.try_into().ok()?) as f32)).collect(),
            INT64 if !self.int64_data.is_empty() => self.int64_data.iter().map(|&x| x as f32).collect(),
            INT64 => raw(8).filter_map(|bytes| Some(i64::from_le_bytes(bytes.try_into().ok()?) as f32)).collect(),
            INT32 if !self.int32_data.is_empty() => self.int32_data.iter().map(|&x| x as f32).collect(),
            INT32 => raw(4).filter_map(|bytes| Some(i32::from_le_bytes(bytes.try_into().ok()?) as f32)).collect(),
            _ => return None,
        };
        (numbers.len() == expected).then_some(numbers)
    }
}

impl Node {
    fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attribute.iter().find(|attribute| attribute.name == name)
    }

    pub(super) fn integer(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).map_or(default, |attribute| attribute.i)
    }

    pub(super) fn float(&self, name: &str, default: f32) -> f32 {
        self.attribute(name).map_or(default, |attribute| attribute.f)
    }

    pub(super) fn text(&self, name: &str) -> &[u8] {
        self.attribute(name).map_or(b"", |attribute| attribute.s.as_slice())
    }

    pub(super) fn texts(&self, name: &str) -> &[Vec<u8>] {
        self.attribute(name).map_or(&[], |attribute| attribute.strings.as_slice())
    }

    pub(super) fn integers(&self, name: &str) -> &[i64] {
        self.attribute(name).map_or(&[], |attribute| attribute.ints.as_slice())
    }

    /// Numbers as floats or as a tensor, under `name` or `name_as_tensor`.
    pub(super) fn floats(&self, name: &str) -> Vec<f32> {
        match self.attribute(name) {
            Some(attribute) => attribute.floats.clone(),
            None => self.attribute(&format!("{name}_as_tensor")).and_then(|found| found.t.as_ref()?.numbers()).unwrap_or_default(),
        }
    }

    pub(super) fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.attribute(name)?.t.as_ref()
    }
}
