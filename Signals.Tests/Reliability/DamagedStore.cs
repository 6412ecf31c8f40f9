using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// A closed store with files of every kind, segments and column files among them, to be damaged in copies.
/// Threads: any; a copy belongs to one.
/// </summary>
internal sealed class DamagedStore
{
    private const int FramesOfASector = 12;

    private readonly SimDisk _disk;
    private readonly CrashHistory _history;
    private readonly byte[] _content;

    /// <param name="seed">Of the workload.</param>
    /// <param name="steps">Its length.</param>
    public DamagedStore(ulong seed, int steps)
    {
        (_history, SimRecording run) = CrashWorkload.Record(files => files, Durability.Synced, seed, steps);
        _disk = run.KillImage(run.Operations.Count);
        Kinds = [.. Files().Select(file => StoreFiles.Classify(Path.GetFileName(file.Path), out _)).Distinct()];
        _content = _history.Content(_history.Entries.Count);
    }

    /// <summary>The first store from a seed on that has what a test needs.</summary>
    public static DamagedStore First(ulong seed, int steps, Func<DamagedStore, bool> hasWhatIsNeeded) =>
        Enumerable.Range(0, 300).Select(i => new DamagedStore(seed + (ulong)i, steps)).First(hasWhatIsNeeded);

    /// <summary>The users whose events it may hold.</summary>
    public UserId[] Users => _history.Users;

    /// <summary>What kinds of files it has.</summary>
    public IReadOnlyCollection<StoreFileKind> Kinds { get; }

    /// <summary>What an undamaged store answers.</summary>
    public ReadOnlySpan<byte> Content => _content;

    /// <summary>A copy to be damaged.</summary>
    public SimFileSystem Copy() => new(_disk, record: false);

    /// <summary>The paths of its files and their lengths.</summary>
    public IEnumerable<(string Path, long Length)> Files()
    {
        SimFileSystem files = Copy();
        foreach (string name in files.ListFiles(CrashWorkload.Directory).Order(StringComparer.Ordinal))
        {
            string path = Path.Combine(CrashWorkload.Directory, name);
            using IFile file = files.Open(path, FileOpenMode.Read);
            yield return (path, file.Length);
        }
    }

    public SignalStore Open(SimFileSystem files, string folder = CrashWorkload.Directory) =>
        SignalStore.Open(files, folder, CrashSchema.Define(), CrashSchema.Options(Durability.Synced), _history.Time);

    /// <summary>Opens and reads everything: null for the identical answer or a typed error, else what is wrong.</summary>
    /// <param name="files">The damaged copy.</param>
    /// <param name="refused">Whether it was a typed error.</param>
    /// <param name="tailLost">
    /// Whether a beginning of what was appended is right, too: the damage cannot be told from a write that a crash cut off.
    /// </param>
    public string? Judge(SimFileSystem files, out bool refused, bool tailLost = false)
    {
        refused = false;
        SignalStore? store = null;
        try
        {
            store = Open(files);
            CrashContent content = new();
            content.Read(store, Users);
            byte[] read = content.Bytes.ToArray();
            if (read.AsSpan().SequenceEqual(_content) || (tailLost && IsPrefix(read)))
            {
                return null;
            }

            string[] found = CrashContent.Describe(content.Bytes);
            string[] expected = CrashContent.Describe(_content);
            return $"another answer; missing {string.Join(" | ", expected.Except(found).Take(3))}; "
                + $"wrong {string.Join(" | ", found.Except(expected).Take(3))}";
        }
        catch (SignalsException)
        {
            refused = true;
            return null;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
        finally
        {
            store?.Engine.Close(abandon: true);
        }
    }

    /// <summary>
    /// A beginning of what the log holds, of whose last batch a flush may have had a part, and a beginning of the imports, which are in the
    /// manifest alone. Of users whose erasure is lost with the log's end some rows are gone for good: merges have left them out.
    /// </summary>
    private bool IsPrefix(byte[] content)
    {
        CrashEntry[] logged = [.. _history.Entries.Where(entry => !IsImport(entry))];
        int imports = _history.Entries.Count - logged.Length;
        return Enumerable.Range(0, imports + 1).Any(lost => Enumerable.Range(0, logged.Length + 1).Reverse().Any(kept =>
            Enumerable.Range(0, kept < logged.Length ? Math.Max(1, logged[kept].Events.Length) : 1).Any(events =>
                IsSame(ContentOf(kept, events, imports - lost), content, logged.AsSpan(kept)))));
    }

    private static bool IsSame(byte[] expected, byte[] content, ReadOnlySpan<CrashEntry> lost)
    {
        string[] erased =
            [.. lost.ToArray().Where(entry => entry.Type == CrashEntry.Erasure).Select(entry => $" user {entry.ErasedUser} ")];
        return expected.AsSpan().SequenceEqual(content)
            || (lost.Length <= FramesOfASector && erased.Length > 0 && Others(expected).SequenceEqual(Others(content)));

        IEnumerable<string> Others(byte[] rows) =>
            CrashContent.Describe(rows).Where(row => !erased.Any(user => row.Contains(user, StringComparison.Ordinal)));
    }

    private byte[] ContentOf(int logged, int events, int imported)
    {
        CrashModel model = new(Users.Length, _history.Time.NowMs);
        foreach (CrashEntry entry in _history.Entries)
        {
            if (IsImport(entry) ? imported-- > 0 : logged-- > 0)
            {
                model.Apply(entry);
            }
            else if (!IsImport(entry) && logged == -1 && events > 0)
            {
                model.Apply(entry, events);
            }
        }

        return model.Content();
    }

    private static bool IsImport(CrashEntry entry) => entry.Type == CrashEntry.Import;

    /// <summary>The newest log or manifest that holds frames, and the place of its last one.</summary>
    public (string Path, long Offset, long End) LastFrame(StoreFileKind kind)
    {
        SimFileSystem files = Copy();
        foreach ((string path, long _) in Files().Where(file => StoreFiles.Classify(Path.GetFileName(file.Path), out _) == kind).Reverse())
        {
            using IFile file = files.Open(path, FileOpenMode.Read);
            using LogWindow window = new(file);
            if (window.Length < LogFormat.HeaderBytes + LogFormat.EntryBytes)
            {
                continue;
            }

            ulong number = LogEntry.Read(window.Slice(LogFormat.HeaderBytes, LogFormat.EntryBytes)).LogNumber;
            long last = 0;
            long end = LogFormat.HeaderBytes;
            while (LogReader.TryReadEntry(window, end, number, out LogEntry entry))
            {
                last = end;
                end += LogFormat.EntryLength(entry.PayloadBytes);
            }

            if (last > 0)
            {
                return (path, last, end);
            }
        }

        throw new InvalidOperationException("No file holds frames.");
    }

    /// <summary>Changes bytes of a file in place.</summary>
    public static void Change(SimFileSystem files, string path, long offset, int count, Action<Span<byte>> change)
    {
        using IFile file = files.Open(path, FileOpenMode.ReadWrite);
        byte[] bytes = new byte[count];
        file.Read(offset, bytes);
        change(bytes);
        file.Write(offset, bytes);
    }

    /// <summary>Cuts a file off.</summary>
    public static void Truncate(SimFileSystem files, string path, long length)
    {
        using IFile file = files.Open(path, FileOpenMode.ReadWrite);
        file.SetLength(length);
    }
}
