using Signals.Core.Model;
using Signals.Storage;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// A closed store with files of every kind, segments and column files among them, to be damaged in copies. Threads: any; a copy belongs to one.
/// </summary>
internal sealed class DamagedStore
{
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
    /// <param name="tailLost">Whether a beginning of what was appended is right, too: the damage cannot be told from a write that a crash cut off.</param>
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
            return $"another answer; missing {string.Join(" | ", expected.Except(found).Take(3))}; wrong {string.Join(" | ", found.Except(expected).Take(3))}";
        }
        catch (Exception e) when (e is SignalsException or IOException)
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

    private bool IsPrefix(byte[] content) => Enumerable.Range(0, _history.Entries.Count).Any(prefix => _history.Content(prefix).AsSpan().SequenceEqual(content));

    /// <summary>The newest log that holds frames, and where its last sector of the given size begins.</summary>
    public (string Path, long Offset) EndOfLog(int sector)
    {
        SimFileSystem files = Copy();
        foreach ((string path, long length) in Files().Where(file => file.Path.EndsWith(".log", StringComparison.Ordinal)).Reverse())
        {
            byte[] bytes = new byte[length];
            using IFile file = files.Open(path, FileOpenMode.Read);
            file.Read(0, bytes);
            int last = bytes.AsSpan().LastIndexOfAnyExcept((byte)0);
            if (last >= Signals.Storage.Wal.LogFormat.HeaderBytes)
            {
                return (path, last / sector * sector);
            }
        }

        throw new InvalidOperationException("No log holds frames.");
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
