namespace Signals.Samples.ConsoleHost.Verification;

/// <summary>
/// An append-only heap of byte runs, in large pieces so that millions of small values neither burden the collector nor are ever
/// copied again. One thread writes; positions stay valid.
/// </summary>
internal sealed class ModelBytes
{
    private const int PieceBits = 22;
    private const int PieceSize = 1 << PieceBits;
    private readonly List<byte[]> _pieces = [];
    private int _used = PieceSize;

    /// <summary>Room for <paramref name="length"/> bytes that lie together; <paramref name="position"/> finds them again.</summary>
    public Span<byte> Add(int length, out long position)
    {
        if (_used == PieceSize || length > PieceSize - _used)
        {
            // Runs that are longer than a piece get one of their own.
            _pieces.Add(new byte[Math.Max(length, PieceSize)]);
            _used = 0;
        }
        position = ((long)(_pieces.Count - 1) << PieceBits) + _used;
        _used = Math.Min(_used + length, PieceSize);
        return _pieces[^1].AsSpan((int)(position & (PieceSize - 1)), length);
    }

    /// <summary>Everything from <paramref name="position"/> to the end of its piece.</summary>
    public ReadOnlySpan<byte> From(long position) =>
        _pieces[(int)(position >> PieceBits)].AsSpan((int)(position & (PieceSize - 1)));
}
