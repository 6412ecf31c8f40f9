namespace Signals.Parquet.Reading.Conversions;

/// <summary>A value as it is stored.</summary>
internal readonly struct Same<T> : IConversion<T, T>
    where T : unmanaged
{
    public string Reason => "cannot be read";

    public bool TryConvert(T stored, out T value)
    {
        value = stored;
        return true;
    }
}
