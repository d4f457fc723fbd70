//! Writing plain numbers as metrics.

use std::fmt::Error;
use std::time::Duration;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

/// A label and its value.
type Label<'a> = (&'a str, &'a str);

/// Writes one family of metrics after the other.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    encoder: DescriptorEncoder<'a>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(encoder: DescriptorEncoder<'a>) -> Self {
        Self { encoder }
    }

    /// Facts that are no number.
    pub(super) fn info(
        &mut self,
        name: &str,
        help: &str,
        facts: &[Label<'_>],
    ) -> Result<(), Error> {
        let kind = MetricType::Info;
        let mut metric = self.encoder.encode_descriptor(name, help, None, kind)?;
        metric.encode_info(&facts)
    }

    /// A number that goes up and down.
    pub(super) fn gauge(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<&Unit>,
        value: u64,
    ) -> Result<(), Error> {
        let kind = MetricType::Gauge;
        let mut metric = self.encoder.encode_descriptor(name, help, unit, kind)?;
        metric.encode_gauge(&value)
    }

    /// The same with a fraction.
    pub(super) fn gauge_f64(
        &mut self,
        name: &str,
        help: &str,
        unit: &Unit,
        value: f64,
    ) -> Result<(), Error> {
        let kind = MetricType::Gauge;
        let mut metric = self
            .encoder
            .encode_descriptor(name, help, Some(unit), kind)?;
        metric.encode_gauge(&value)
    }

    /// Several of them, told apart by labels.
    pub(super) fn gauges<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([Label<'l>; N], u64)>,
    ) -> Result<(), Error> {
        let kind = MetricType::Gauge;
        let mut metric = self.encoder.encode_descriptor(name, help, None, kind)?;
        for (labels, value) in values {
            metric.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    /// A number that only goes up. Its name gets the suffix `_total`.
    pub(super) fn counter(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<&Unit>,
        value: u64,
    ) -> Result<(), Error> {
        let kind = MetricType::Counter;
        let mut metric = self.encoder.encode_descriptor(name, help, unit, kind)?;
        metric.encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    /// Several of them, told apart by labels.
    pub(super) fn counters<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([Label<'l>; N], u64)>,
    ) -> Result<(), Error> {
        let kind = MetricType::Counter;
        let mut metric = self.encoder.encode_descriptor(name, help, None, kind)?;
        for (labels, value) in values {
            metric
                .encode_family(&labels)?
                .encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
        Ok(())
    }

    /// How long things took: the upper bounds of the buckets, how many fell into each of
    /// them and into the last, which has none, and all of it together.
    pub(super) fn histogram(
        &mut self,
        name: &str,
        help: &str,
        bounds: impl IntoIterator<Item = Duration>,
        counts: &[u64],
        sum: Duration,
    ) -> Result<(), Error> {
        // The last bucket takes all there is; its bound is infinite.
        let bounds = bounds.into_iter().map(|bound| bound.as_secs_f64());
        let counted = counts.iter().copied();
        let buckets: Vec<_> = bounds.chain([f64::INFINITY]).zip(counted).collect();
        let count = counts.iter().sum();
        let sum = sum.as_secs_f64();
        let (unit, kind) = (Some(&Unit::Seconds), MetricType::Histogram);
        let mut metric = self.encoder.encode_descriptor(name, help, unit, kind)?;
        metric.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }
}
