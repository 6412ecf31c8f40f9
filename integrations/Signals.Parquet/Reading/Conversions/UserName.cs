using System.Text.Unicode;
using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>A user that is stored as a name, which is hashed, as <see cref="UserId.From(string)"/> does.</summary>
internal readonly struct UserName : IConversion<ByteArray, UserId>
{
    public string Reason => "is no name: it is empty, or not UTF-8";

    public bool TryConvert(ByteArray stored, out UserId value)
    {
        ReadOnlySpan<byte> name = NativeValues.Of(stored);
        bool isName = !name.IsEmpty && Utf8.IsValid(name);
        value = isName ? UserId.FromUtf8(name) : default;
        return isName;
    }
}
