using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Core.Ingest;

/// <summary>
/// Enumerates the records in a range of bytes from the ring or a WAL frame, and skips padding. Used by one thread; lives as long
/// as the bytes. Bounds are checked, so any bytes are safe to enumerate. The bodies are checked by their own readers.
/// </summary>
/// <param name="records">Whole records, one after the other.</param>
internal ref struct RecordEnumerator(ReadOnlySpan<byte> records)
{
    private ReadOnlySpan<byte> _rest = records;

    /// <summary>The header of the current record.</summary>
    public RecordHeader Header { get; private set; }

    /// <summary>The current record, header included.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Returns this enumerator, for <c>foreach</c>.</summary>
    public readonly RecordEnumerator GetEnumerator() => this;

    /// <summary>Moves to the next record that is not padding.</summary>
    /// <exception cref="InvalidDataException">The next length is impossible.</exception>
    [MethodImpl(Compile.InFull)]
    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            if (_rest.Length < RecordFormat.HeaderLength)
            {
                throw new InvalidDataException($"{_rest.Length} bytes remain, fewer than a record's header.");
            }

            RecordHeader header = RecordHeader.Read(_rest);
            if (header.Length < RecordFormat.HeaderLength || header.Length > _rest.Length || header.Length % RecordFormat.Alignment != 0)
            {
                throw new InvalidDataException($"A record claims {header.Length} bytes where {_rest.Length} remain.");
            }

            Header = header;
            Current = _rest[..header.Length];
            _rest = _rest[header.Length..];
            if (header.Kind != RecordKind.Padding)
            {
                return true;
            }
        }

        return false;
    }
}
