using Signals.Core.Columns;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Segments;

/// <summary>
/// Walks the rows of a temporary sorted run, with one block in memory. Thread contract: one thread. Owns the open file, not its
/// name.
/// </summary>
internal sealed class SpillReader : SegmentRows, IDisposable
{
    private readonly IFile _file;
    private readonly TimeSpan _window;
    private readonly SpillBlock _block;
    private readonly long _length;
    private long _offset = sizeof(ulong); // after the magic

    /// <summary>Opens a run before its first row.</summary>
    public SpillReader(IFile file, EventTypeSchema type)
    {
        _file = file;
        _window = type.Window;
        _block = new SpillBlock(type.Columns.Select(column => column.Type));
        _length = file.Length;
        Row = -1;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<ColumnBuffer> Columns => _block.Columns;

    /// <summary>Bytes of all arrays.</summary>
    public long HeldBytes => _block.HeldBytes;

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (Row + 1 >= _block.Count && !ReadBlock())
        {
            return false;
        }

        Row++;
        User = _block.User(Row);
        Time = _block.Time(Row);
        Id = _block.Id(Row);
        Marks = _block.Marks(Row);
        Window = TimeWindow.StartOf(Time, _window);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool ReadBlock()
    {
        if (_offset == _length)
        {
            return false;
        }

        try
        {
            Span<byte> header = stackalloc byte[SpillBlock.HeaderBytes];
            ReadExactly(header);
            ReadExactly(_block.Prepare(header, _length - _offset));
            _block.Decode();
        }
        catch (InvalidDataException damage)
        {
            throw new CorruptionException(_file.Path, _offset, damage.Message, damage);
        }

        Row = -1;
        return true;
    }

    private void ReadExactly(Span<byte> destination)
    {
        if (_file.Read(_offset, destination) != destination.Length)
        {
            throw new InvalidDataException($"The file ends before {destination.Length} expected bytes.");
        }

        _offset += destination.Length;
    }
}
