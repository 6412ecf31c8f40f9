namespace Signals.Parquet.Writing;

/// <summary>Turns cells into what Parquet stores.</summary>
/// <param name="cells">The cells, all of which have a value.</param>
/// <param name="address">The address of the first one.</param>
/// <param name="scratch">Room for the result.</param>
internal delegate ReadOnlySpan<TStored> StoreCells<T, TStored>(ReadOnlySpan<T> cells, nint address, WriteScratch scratch)
    where T : unmanaged
    where TStored : unmanaged;
