using System.Diagnostics;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.History;

/// <summary>The pins of the files that kept versions need, and how many bytes of them only the kept versions need.</summary>
/// <remarks>
/// Thread contract: under the lock of its <see cref="VersionHistory"/>. Lifetime: that of the history. Invariant: there is one pin
/// for each version, and one number of bytes for each version but the newest.
/// </remarks>
internal sealed class KeptFiles(StoreFolder folder, FilePins pins, long logBytes)
{
    private readonly List<IDisposable> _pinned = []; // per version: files that the next does not need; newest: all
    private readonly List<IDisposable> _loose = []; // pins of removed versions
    private readonly List<long> _bytesBehind = []; // per version but the newest: bytes that the next no longer needs

    /// <summary>About how many bytes exist only for the kept versions. It is the sum over the versions.</summary>
    public long Bytes { get; private set; }

    /// <summary>Pins the files of a version that becomes the newest, and counts what the version before it alone needs.</summary>
    public void Add(RetainedVersion? before, RetainedVersion version)
    {
        Pin(before, version);
        CountBehind(before, version);
        AssertInvariants();
    }

    /// <summary>How many versions have to go, so that the others need no more than a number of bytes. The newest one stays.</summary>
    /// <param name="gone">How many go in any case.</param>
    /// <param name="maxBytes">The number of bytes.</param>
    public int CountToFit(int gone, long maxBytes)
    {
        long kept = Bytes - _bytesBehind.Take(gone).Sum();
        while (gone < _bytesBehind.Count && kept > maxBytes)
        {
            kept -= _bytesBehind[gone];
            gone++;
        }

        return gone;
    }

    /// <summary>Stops counting the oldest versions. Their pins hold until <see cref="TakeLoose"/> gives them to who deletes.</summary>
    public void RemoveOldest(int count)
    {
        _loose.AddRange(_pinned.Take(count));
        _pinned.RemoveRange(0, count);
        Bytes -= _bytesBehind.Take(count).Sum();
        _bytesBehind.RemoveRange(0, count);
        AssertInvariants();
    }

    /// <summary>The pins of removed versions. They are the caller's now, who disposes them outside the lock.</summary>
    public IDisposable[] TakeLoose()
    {
        IDisposable[] loose = [.. _loose];
        _loose.Clear();
        return loose;
    }

    /// <summary>
    /// Pins the files of the newest version. The pin of the version before it keeps only the files that the newest one does not
    /// have.
    /// </summary>
    private void Pin(RetainedVersion? before, RetainedVersion version)
    {
        HashSet<string> files = [.. version.DataFiles()];
        _pinned.Add(pins.Pin(files));
        if (before is not null)
        {
            IDisposable all = _pinned[^2];
            _pinned[^2] = pins.Pin(before.DataFiles().Where(name => !files.Contains(name)));
            all.Dispose();
        }
    }

    /// <summary>
    /// Counts the files that a version has and the next one has not, each once. A file never comes back under its number after it
    /// went. So the sum over the versions is what all of them need beyond the newest one, and neither reading the sum nor
    /// removing versions looks at their tables.
    /// </summary>
    private void CountBehind(RetainedVersion? before, RetainedVersion version)
    {
        if (before is null)
        {
            return;
        }

        HashSet<ulong> needed = [.. version.Tables.SelectMany(FilesOf).Select(file => file.Number)];
        long bytes = before.Tables.SelectMany(FilesOf).Where(file => needed.Add(file.Number)).Sum(file => file.Length);
        if (before.FirstLog != version.FirstLog)
        {
            bytes += logBytes * folder.Logs().Count(log => log >= before.FirstLog && log < version.FirstLog);
        }

        _bytesBehind.Add(bytes);
        Bytes += bytes;
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_bytesBehind.Count == Math.Max(0, _pinned.Count - 1), "The bytes of a version are missing or left.");
        Debug.Assert(Bytes == _bytesBehind.Sum(), "The sum of the bytes is not their sum.");
    }

    private static IEnumerable<(ulong Number, long Length)> FilesOf(TableMeta table) =>
        [(table.Number, table.FileLength), .. table.ColumnFiles.Select(file => (file.Number, file.FileLength))];
}
