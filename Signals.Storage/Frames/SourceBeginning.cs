using System.Buffers;
using Signals.Core.Ingest;

namespace Signals.Storage.Frames;

/// <summary>
/// The first bytes of a source as they are read, for its fingerprint: to tell a source from another one that came under its name.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time, that of the reader. Every byte of the source from its beginning is shown, in order; those behind
/// the first <see cref="SourceIncarnation.MaxPrefixBytes"/> are ignored. Lifetime: one pass over a source.
/// </remarks>
public sealed class SourceBeginning
{
    private readonly byte[] _bytes = new byte[SourceIncarnation.MaxPrefixBytes];
    private int _count;

    /// <summary>The bytes that are held.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <summary>Shows the next bytes of the source.</summary>
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

    /// <summary>Whether the source begins as one of that fingerprint does; as many bytes as it covers were shown.</summary>
    public bool Is(SourceIncarnation known) => _count >= known.PrefixBytes && SourceIncarnation.OfBeginning(_bytes.AsSpan(0, known.PrefixBytes)) == known;
}
