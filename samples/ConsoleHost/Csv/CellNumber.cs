using System.Globalization;
using System.Numerics;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>Numbers in text. One that is beyond the range of its kind is refused and does not become infinite; infinity can be spelled. Pure.</summary>
internal static class CellNumber
{
    /// <summary>Reads a number as C# writes it (invariant).</summary>
    public static bool TryParse<T>(ReadOnlySpan<byte> text, out T value)
        where T : unmanaged, INumber<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
        && !text.Contains((byte)0)
        && (!T.IsInfinity(value) || text.IndexOfAnyInRange((byte)'0', (byte)'9') < 0);
}
