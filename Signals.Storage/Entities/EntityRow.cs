namespace Signals.Enrichment;

/// <summary>
/// The entity that was last added to a writer; use it to set the columns. Thread contract: one thread at a time; valid until the
/// next entity is added. A column that is never set is absent. When a column is set twice, the last call counts.
/// </summary>
public readonly ref struct EntityRow
{
    private readonly EventRow _row;

    internal EntityRow(EventRow row) => _row = row;

    /// <summary>Sets a number or a boolean.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds another type.</exception>
    public EntityRow Set<T>(string column, T value)
        where T : unmanaged => new(_row.Set(column, value));

    /// <summary>Sets text, kept as UTF-8; unpaired surrogates become U+FFFD.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold text or bytes.</exception>
    public EntityRow Set(string column, ReadOnlySpan<char> value) => new(_row.Set(column, value));

    /// <summary>Sets bytes, or text that is UTF-8 already.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold text or bytes.</exception>
    public EntityRow SetBytes(string column, ReadOnlySpan<byte> value) => new(_row.SetBytes(column, value));

    /// <summary>Sets a vector.</summary>
    /// <exception cref="ArgumentException">There is no such column, it holds another type, or the dimensions differ.</exception>
    public EntityRow SetVector<T>(string column, ReadOnlySpan<T> value)
        where T : unmanaged => new(_row.SetVector(column, value));

    /// <summary>States that the entity has no value here. A join passes this on as null.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public EntityRow SetNull(string column) => new(_row.SetNull(column));
}
