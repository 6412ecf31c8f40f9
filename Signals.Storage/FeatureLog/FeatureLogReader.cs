using Signals.Storage.FeatureLog;
using Signals.Storage.FileSystem;
using Signals.Storage.Wal;

namespace Signals.Serving;

/// <summary>
/// Reads a feature log from its beginning, sequence by sequence, in the order in which the blocks were written.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. It may read while the writer writes: it sees what was flushed before it asks for a
/// block. Lifetime: dispose it; sequences that it returned stay valid.
/// </remarks>
public sealed class FeatureLogReader : IDisposable
{
    private readonly IFile _file;
    private readonly long _mostBlockBytes;
    private readonly List<LoggedDefinition> _definitions = [];
    private LogWindow _window;
    private long _offset = LogFormat.HeaderBytes;
    private ulong _sequence = 1;
    private LoggedBlock? _block;
    private int _next;

    private FeatureLogReader(IFile file, long mostBlockBytes)
    {
        _file = file;
        _mostBlockBytes = mostBlockBytes;
        LogHeader.Read(file, FeatureLogFormat.LogNumber);
        _window = new LogWindow(file);
    }

    /// <summary>
    /// Whether the bytes after those read so far are not a whole entry: a crash cut off their write, or they are still being
    /// written.
    /// </summary>
    public bool IsTorn => _window.Length > _offset && !LogReader.TryReadEntry(_window, _offset, FeatureLogFormat.LogNumber, out _);

    /// <summary>
    /// Opens a feature log. Its blocks decode to at most 24 MiB, which bounds the memory that a forged one takes.
    /// </summary>
    /// <exception cref="CorruptionException">The file is not a feature log.</exception>
    public static FeatureLogReader Open(string path) => Open(path, FeatureLogFormat.MaxBlockBytes);

    /// <summary>Opens a feature log with larger blocks: earlier versions accepted sequences of up to 256 MiB.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mostBlockBytes">
    /// What one block may decode to, 24 MiB to 1 GiB. A file from an untrusted source can take as much memory.
    /// </param>
    /// <exception cref="CorruptionException">The file is not a feature log.</exception>
    public static FeatureLogReader Open(string path, long mostBlockBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostBlockBytes, FeatureLogFormat.MaxBlockBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mostBlockBytes, FeatureLogFormat.MaxEarlierBlockBytes);
        return Open(FileSystems.ForThisMachine(), FileSystems.Absolute(path), mostBlockBytes);
    }

    /// <summary>Reads the next sequence. Returns false at the end, and when the rest is torn.</summary>
    /// <exception cref="CorruptionException">
    /// A whole entry holds what no writer writes, or damage lies before bytes that were synced.
    /// </exception>
    public bool TryRead(out LoggedSequence sequence)
    {
        while (_block is null || _next == _block.Count)
        {
            if (!TryReadEntry())
            {
                sequence = default;
                return false;
            }
        }

        sequence = new LoggedSequence(_block, _next++);
        return true;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _window.Dispose();
        _file.Dispose();
    }

    internal static FeatureLogReader Open(IFileSystem files, string path, long mostBlockBytes = FeatureLogFormat.MaxBlockBytes)
    {
        // The log's own rules tell damage before synced bytes from a torn tail. Damage is found before anything is returned.
        LogReader.Replay(files, path, FeatureLogFormat.LogNumber, 1, isLast: true, static (_, _) => { });
        IFile file = files.Open(path, FileOpenMode.Read);
        try
        {
            return new FeatureLogReader(file, mostBlockBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private bool TryReadEntry()
    {
        if (!LogReader.TryReadEntry(_window, _offset, FeatureLogFormat.LogNumber, out LogEntry entry))
        {
            if (_file.Length == _window.Length)
            {
                return false;
            }

            _window.Dispose();
            _window = new LogWindow(_file);
            if (!LogReader.TryReadEntry(_window, _offset, FeatureLogFormat.LogNumber, out entry))
            {
                return false;
            }
        }

        if (entry.Sequence != _sequence || entry.PayloadBytes == 0)
        {
            throw new CorruptionException(_file.Path, _offset, $"the entry has sequence {entry.Sequence}, expected {_sequence}.");
        }

        Take(_window.Slice(_offset + LogFormat.EntryBytes, entry.PayloadBytes));
        _sequence++;
        _offset += LogFormat.EntryLength(entry.PayloadBytes);
        return true;
    }

    private void Take(ReadOnlySpan<byte> entry)
    {
        try
        {
            switch (entry[FeatureLogFormat.KindOffset])
            {
                case FeatureLogFormat.DefinitionKind:
                    _definitions.Add(LoggedDefinition.Read(entry));
                    break;
                case FeatureLogFormat.BlockKind:
                    (_block, _next) = (LoggedBlock.Read(entry, _definitions, _mostBlockBytes), 0);
                    break;
                default:
                    throw new InvalidDataException($"An entry has kind {entry[0]}, which this version does not know.");
            }
        }
        catch (InvalidDataException error)
        {
            throw new CorruptionException(_file.Path, _offset, error.Message, error);
        }
    }
}
