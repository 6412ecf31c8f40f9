using System.Globalization;
using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>The canonical text of each user.</summary>
internal sealed class UserTextWriter : UserWriter<ByteArray>
{
    protected override int MostBytes => 32;

    protected override ByteArray[] PlacesOf(WriteScratch scratch) => scratch.Slices;

    protected override ByteArray At(nint address, int length) => new(address, length);

    protected override int Format(in UserId user, Span<byte> text)
    {
        int length;
        if (user.High == 0)
        {
            user.Low.TryFormat(text, out length, default, CultureInfo.InvariantCulture);
            return length;
        }

        // The public text is the one form there is; both halves are padded to 16 digits.
        user.High.TryFormat(text, out length, "x16", CultureInfo.InvariantCulture);
        user.Low.TryFormat(text[length..], out int second, "x16", CultureInfo.InvariantCulture);
        return length + second;
    }
}
