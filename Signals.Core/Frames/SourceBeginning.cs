using System.Buffers;

namespace Signals;

/// <summary>
/// The first bytes of a source as they are read. Their fingerprint tells the source from another one that has its name.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time, that of the reader. Invariant: the reader adds every byte of the source, in order, from
/// its beginning; bytes after the first <see cref="SourceIncarnation.MaxPrefixBytes"/> are ignored. Lifetime: one pass over a
/// source.
/// </remarks>
public sealed class SourceBeginning
{
    private readonly byte[] _bytes = new byte[SourceIncarnation.MaxPrefixBytes];
    private int _count;

    /// <summary>The bytes that are held.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <summary>Adds the next bytes of the source.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> taken = bytes[..Math.Min(bytes.Length, _bytes.Length - _count)];
        taken.CopyTo(_bytes.AsSpan(_count));
        _count += taken.Length;
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte})"/>
    public void Add(in ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> piece in bytes)
        {
            if (_count == _bytes.Length)
            {
                return;
            }

            Add(piece.Span);
        }
    }

    /// <summary>The incarnation of a source that was read up to <paramref name="position"/>.</summary>
    public SourceIncarnation At(long position) => SourceIncarnation.OfBeginning(_bytes.AsSpan(0, (int)Math.Min(position, _count)));

    /// <summary>
    /// Whether the source begins like the known one. False while fewer bytes were added than the known fingerprint covers.
    /// </summary>
    public bool Is(SourceIncarnation known) =>
        _count >= known.PrefixBytes
        && SourceIncarnation.OfBeginning(_bytes.AsSpan(0, known.PrefixBytes)) == known;
}
