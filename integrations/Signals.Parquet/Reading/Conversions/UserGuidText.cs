using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>A user that is stored as the text of a GUID: 8-4-4-4-12 hexadecimal digits.</summary>
internal readonly struct UserGuidText : IConversion<ByteArray, UserId>
{
    private const int Digits = 36;

    public string Reason => "is no GUID of 8-4-4-4-12 hexadecimal digits that are not all zero";

    public bool TryConvert(ByteArray stored, out UserId value)
    {
        ReadOnlySpan<byte> text = NativeValues.Of(stored);
        Span<char> characters = stackalloc char[Digits];
        if (text.Length != Digits
            || System.Text.Encoding.Latin1.GetChars(text, characters) != Digits
            || !Guid.TryParseExact(characters, "D", out Guid guid)
            || guid == Guid.Empty)
        {
            value = default;
            return false;
        }

        value = UserId.From(guid);
        return true;
    }
}
