using Signals.Parquet.Writing;

namespace Signals.Parquet.Features;

/// <summary>Gives what Parquet stores of one event: one value, or as many as a vector has dimensions.</summary>
internal delegate ReadOnlySpan<TStored> StoreEvents<TStored>(FeatureBlock block, int row, WriteScratch scratch)
    where TStored : unmanaged;
