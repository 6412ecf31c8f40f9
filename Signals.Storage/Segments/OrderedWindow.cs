using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// The rows of one window whose users came in order so far: all users but the last are written to a part, the last one's rows wait
/// for more, because they may come in any order. Thread contract: one thread. Owns the part.
/// </summary>
internal sealed class OrderedWindow : IDisposable
{
    // A user with very many rows must not leave that much memory to each window.
    private const long MostIdleBytes = 1 << 20;

    private readonly SegmentShape _shape;
    private readonly RunKind _kind;
    private readonly long _mostUserBytes;
    private UserRowCollector? _rows; // as long as more may come
    private TableWriter? _writer;
    private UserId _user;

    /// <summary>Begins a window without rows.</summary>
    /// <param name="shape">What the parts of the segment have in common.</param>
    /// <param name="kind">What all rows are.</param>
    /// <param name="start">The start of the window in ms.</param>
    /// <param name="part">Receives the bytes of the part.</param>
    /// <param name="mostUserBytes">The most bytes of one user's rows; more go through the sorter.</param>
    public OrderedWindow(SegmentShape shape, RunKind kind, long start, WaitingPart part, long mostUserBytes)
    {
        _mostUserBytes = mostUserBytes;
        _shape = shape;
        _kind = kind;
        Start = start;
        Part = part;
        _rows = new UserRowCollector(shape, mayRetract: false);
        _writer = new TableWriter(
            part,
            0,
            SegmentHeader.PartIdentity(shape.Header, start, kind),
            shape.Type,
            start,
            new TableOptions(),
            new RowDefaults(kind, shape.Stamp, StampParts.None));
    }

    /// <summary>The start of the window in ms.</summary>
    public long Start { get; }

    /// <summary>The bytes of the part.</summary>
    public WaitingPart Part { get; }

    /// <summary>Bytes in memory: of the row buffers and of the part.</summary>
    public long HeldBytes => (_rows?.HeldBytes ?? 0) + Part.HeldBytes;

    /// <summary>Users in the directory, which is in memory until the part is finished.</summary>
    public int OpenUsers => _writer?.Users ?? 0;

    /// <summary>Whether more rows may come.</summary>
    public bool IsOpen => _writer is not null;

    /// <summary>The batch that had rows of the window last.</summary>
    public long LastBatch { get; set; }

    /// <summary>The finished part as a table; null while the window is open.</summary>
    public TableMeta? Table { get; private set; }

    /// <summary>
    /// Adds adjacent rows of one user, in any order. False, and adds nothing, if the user is before the last one, if the last one has more
    /// rows than should be sorted here, or if the part is finished.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public bool TryAdd(SegmentBatch batch, int start, int count)
    {
        if (_rows is null || _rows.HasMoreThan(_mostUserBytes))
        {
            return false;
        }

        UserId user = batch.UserOf(start);
        if (_rows.Count > 0 && user != _user)
        {
            if (user < _user)
            {
                return false;
            }

            WriteUser();
        }

        _user = user;
        _rows.Add(batch, start, count);
        return true;
    }

    /// <summary>Finishes the part: no more rows come.</summary>
    public void Finish()
    {
        if (_writer is not null)
        {
            WriteUser();
            Table = _writer.Finish();
            (_writer, _rows) = (null, null);
        }
    }

    /// <summary>The rows of the finished part, in order.</summary>
    public SegmentRows Open(int storeColumns)
    {
        TableFile file = new(Part, SegmentHeader.PartIdentity(_shape.Header, Start, _kind), 0, Part.Length);
        RowMarks marks = _kind == RunKind.Events ? RowMarks.Insert : RowMarks.Correct;
        return new PartRows(OpenPart.Open(file, Table!.FileChecksum, _shape.Type), _shape, storeColumns, marks);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer?.Dispose();
        (_writer, _rows) = (null, null);
        Part.Dispose();
    }

    [MethodImpl(Compile.InFull)]
    private void WriteUser()
    {
        if (_rows!.Count == 0)
        {
            return;
        }

        _rows.Divide(out RowBuffer events, out RowBuffer patches);
        RowBuffer rows = _kind == RunKind.Events ? events : patches;
        _writer!.Add(_user, rows, 0, rows.Count);
        if (_rows.HeldBytes > MostIdleBytes)
        {
            _rows = new UserRowCollector(_shape, mayRetract: false);
        }

        _rows.Clear();
    }
}
