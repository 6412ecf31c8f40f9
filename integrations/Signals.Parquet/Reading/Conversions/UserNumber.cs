namespace Signals.Parquet.Reading.Conversions;

/// <summary>A user that is stored as a number, as a whole number or as a decimal without digits behind the point.</summary>
/// <param name="number">How the number is read.</param>
/// <param name="takesZero">Whether zero is a key; it is no user.</param>
internal readonly struct UserNumber<TStored, TNumber>(TNumber number, bool takesZero) : IConversion<TStored, UserId>
    where TStored : unmanaged
    where TNumber : struct, IConversion<TStored, ulong>
{
    public string Reason => "is no number from 1 to 2^64 - 1";

    public bool TryConvert(TStored stored, out UserId value)
    {
        bool fits = number.TryConvert(stored, out ulong user);
        value = UserId.From(user);
        return fits && (takesZero || user != 0);
    }
}
