using Signals.Core.Columns;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// Writes the parts of a segment, window by window. Events are written straight into the file. Patches are, too, unless the
/// segment has both kinds; then the patches of a window are kept in a temporary file until its events are written. Thread
/// contract: one thread. Disposing closes and deletes the temporary file.
/// </summary>
internal sealed class SegmentParts : IDisposable
{
    private const int CopyBytes = 256 << 10;

    private readonly IFileSystem _files;
    private readonly HashingFile _output;
    private readonly SegmentShape _shape;
    private readonly StampParts _eventStamps;
    private readonly string? _waiting;
    private readonly TableOptions _options = new();
    private readonly List<SegmentPart> _parts = [];
    private IFile? _waitingFile;
    private TableWriter? _events;
    private TableWriter? _patches;
    private long _window;

    /// <summary>Creates the writer without any part.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="output">The segment, in which the header is already written.</param>
    /// <param name="shape">What the parts have in common.</param>
    /// <param name="retracts">Whether any row of the segment is a retraction, so that each row of events has stamps of its own.</param>
    /// <param name="waiting">The path of the temporary file for patches; null when the segment has rows of only one kind.</param>
    public SegmentParts(IFileSystem files, HashingFile output, SegmentShape shape, bool retracts, string? waiting)
    {
        _files = files;
        _output = output;
        _shape = shape;
        _eventStamps = retracts ? StampParts.Existence : StampParts.None;
        _waiting = waiting;
    }

    /// <summary>The finished parts.</summary>
    public IReadOnlyList<SegmentPart> Parts => _parts;

    /// <summary>The number of rows of events so far.</summary>
    public long Events { get; private set; }

    /// <summary>The number of rows of patches so far.</summary>
    public long Patches { get; private set; }

    /// <summary>The number of windows with rows so far.</summary>
    public int Windows { get; private set; }

    /// <summary>Adds a user's rows of a window. Windows must ascend, and so must the users within a window.</summary>
    public void Add(long window, UserId user, RowBuffer events, RowBuffer patches)
    {
        if (window != _window || Windows == 0)
        {
            FinishWindow();
            _window = window;
            Windows++;
        }

        if (events.Count > 0)
        {
            _events ??= Begin(_output, _output.Length, new RowDefaults(RunKind.Events, _shape.Stamp, _eventStamps));
            _events.Add(user, events, 0, events.Count);
            Events += events.Count;
        }

        if (patches.Count > 0)
        {
            _patches ??= BeginPatches();
            _patches.Add(user, patches, 0, patches.Count);
            Patches += patches.Count;
        }
    }

    /// <summary>Finishes the last window.</summary>
    public void FinishWindow()
    {
        if (_events is not null)
        {
            Finish(_events, RunKind.Events);
            _events = null;
        }

        if (_patches is null)
        {
            return;
        }

        TableMeta patches = _patches.Finish();
        if (_waitingFile is not null)
        {
            Copy(_waitingFile, patches.FileLength);
            _waitingFile.SetLength(0);
        }

        AddPart(patches, RunKind.Patches);
        _patches = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _events?.Dispose();
        _patches?.Dispose();
        if (_waitingFile is not null)
        {
            _waitingFile.Dispose();
            _waitingFile = null;
            TemporaryFiles.TryDelete(_files, _waiting!);
        }
    }

    private TableWriter BeginPatches()
    {
        if (_waiting is not null)
        {
            _waitingFile ??= _files.Open(_waiting, FileOpenMode.CreateNew);
        }

        return Begin(
            _waitingFile ?? _output,
            _waitingFile is null ? _output.Length : 0,
            new RowDefaults(RunKind.Patches, _shape.Stamp, StampParts.None));
    }

    private TableWriter Begin(IFile file, long start, RowDefaults defaults) =>
        new(file, start, SegmentHeader.PartIdentity(_shape.Header, _window, defaults.Kind), _shape.Type, _window, _options, defaults);

    private void Finish(TableWriter writer, RunKind kind) => AddPart(writer.Finish(), kind);

    private void AddPart(TableMeta table, RunKind kind) =>
        _parts.Add(new SegmentPart(_window, kind, table.FileChecksum, _output.Length - table.FileLength, table.FileLength));

    private void Copy(IFile from, long length)
    {
        byte[] buffer = new byte[Math.Min(CopyBytes, length)];
        for (long at = 0; at < length;)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - at));
            if (from.Read(at, part) != part.Length)
            {
                throw new CorruptionException(from.Path, at, "The temporary file is shorter than the bytes that were written to it.");
            }

            _output.Append(part);
            at += part.Length;
        }
    }
}
