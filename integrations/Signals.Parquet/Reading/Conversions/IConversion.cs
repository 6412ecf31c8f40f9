namespace Signals.Parquet.Reading.Conversions;

/// <summary>
/// How a stored value becomes a value of a column. Implementations are structs, so that loops over them are compiled for each.
/// </summary>
/// <typeparam name="TStored">The physical type.</typeparam>
/// <typeparam name="T">The type of a column, a user, a time or an id.</typeparam>
internal interface IConversion<TStored, T>
    where TStored : unmanaged
    where T : unmanaged
{
    /// <summary>What is wrong with a value that cannot be converted, as the end of a sentence that begins with the column.</summary>
    string Reason { get; }

    /// <summary>Converts a value; false when the result cannot hold it.</summary>
    bool TryConvert(TStored stored, out T value);
}
