using Signals.Parquet.Writing;

namespace Signals.Parquet.Features;

/// <summary>Gives the cells of one event, or of one tensor: one, or as many as a vector has dimensions.</summary>
/// <param name="block">The sequences.</param>
/// <param name="row">The event, or the row of the tensor; of a padded one, the sequence.</param>
/// <param name="scratch">Room for what points to cells.</param>
internal delegate ReadOnlySpan<T> FeatureCells<T>(FeatureBlock block, int row, WriteScratch scratch)
    where T : unmanaged;
