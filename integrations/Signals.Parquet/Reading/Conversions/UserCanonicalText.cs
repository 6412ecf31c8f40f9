using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>A user that is stored as the text that <see cref="UserId.ToString"/> writes.</summary>
/// <param name="takesZero">Whether zero is a key; it is no user.</param>
internal readonly struct UserCanonicalText(bool takesZero) : IConversion<ByteArray, UserId>
{
    private const int MostDigits = 32;

    public string Reason => "is no user's canonical text: a decimal number, or 32 lower-case hexadecimal digits; 0 is no user";

    public bool TryConvert(ByteArray stored, out UserId value)
    {
        ReadOnlySpan<byte> text = NativeValues.Of(stored);
        Span<char> characters = stackalloc char[MostDigits];
        if (text.Length > MostDigits)
        {
            value = default;
            return false;
        }

        // Every byte that is no digit stays none.
        for (int i = 0; i < text.Length; i++)
        {
            characters[i] = (char)text[i];
        }

        return UserId.TryParse(characters[..text.Length], out value) && (takesZero || !value.IsNobody);
    }
}
