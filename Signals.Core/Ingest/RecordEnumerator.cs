namespace Signals.Core.Ingest;

/// <summary>
/// Walks the records of a run of bytes, from the ring or from a WAL frame, and skips padding. For one thread; lives as long as the bytes.
/// Bounds are checked, so that any bytes are safe to walk; the bodies are the business of their readers.
/// </summary>
/// <param name="records">Whole records, one after the other.</param>
internal ref struct RecordEnumerator(ReadOnlySpan<byte> records)
{
    private ReadOnlySpan<byte> _rest = records;

    /// <summary>The header of the current record.</summary>
    public RecordHeader Header { get; private set; }

    /// <summary>The current record, header included.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>This walk itself, for <c>foreach</c>.</summary>
    public readonly RecordEnumerator GetEnumerator() => this;

    /// <summary>Goes to the next record that is not padding.</summary>
    /// <exception cref="InvalidDataException">The next length cannot be one.</exception>
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
