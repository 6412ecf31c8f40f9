using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.History;

/// <content>The cost of the kept versions, and the removal of the oldest ones and their files.</content>
internal sealed partial class VersionHistory
{
    private int CountOldLocked()
    {
        long oldest = NowMs() - (long)_options.Age.TotalMilliseconds;
        int gone = 0;
        while (gone < _content.Versions.Count - 1 && _content.Versions[gone + 1].InstalledMs <= oldest)
        {
            gone++;
        }

        long kept = _keptBytes - _bytesBehind.Take(gone).Sum();
        while (gone < _content.Versions.Count - 1 && kept > _options.MaxBytes)
        {
            kept -= _bytesBehind[gone];
            gone++;
        }

        return gone;
    }

    /// <summary>
    /// Removes the oldest versions. Returns the data files that no version needs any more. Files that an older version and the
    /// current state both need are in the newest version, so they stay.
    /// </summary>
    private string[] DropLocked(int count)
    {
        if (count == 0)
        {
            return [];
        }

        HashSet<string> files = [.. _content.Versions.Take(count).SelectMany(version => version.DataFiles())];
        _content.RemoveOldest(count);
        files.ExceptWith(_content.Versions.SelectMany(version => version.DataFiles()));
        FirstLogLocked();
        _loose.AddRange(_pinned.Take(count));
        _pinned.RemoveRange(0, count);
        _keptBytes -= _bytesBehind.Take(count).Sum();
        _bytesBehind.RemoveRange(0, count);
        return [.. files];
    }

    /// <summary>
    /// Pins the files of the newest version. The pin of the version before it keeps only the files that the newest one does not
    /// have.
    /// </summary>
    private void PinLocked(RetainedVersion? before, RetainedVersion version)
    {
        HashSet<string> files = [.. version.DataFiles()];
        _pinned.Add(_pins.Pin(files));
        if (before is not null)
        {
            IDisposable all = _pinned[^2];
            _pinned[^2] = _pins.Pin(before.DataFiles().Where(name => !files.Contains(name)));
            all.Dispose();
        }
    }

    /// <summary>
    /// Counts the files that a version has and the next one has not, each once. A file never comes back under its number after it
    /// went. So the sum over the versions is what all of them need beyond the newest one, and neither reading the sum nor
    /// removing versions looks at their tables.
    /// </summary>
    private void CountBehindLocked(RetainedVersion? before, RetainedVersion version)
    {
        if (before is null)
        {
            return;
        }

        HashSet<ulong> needed = [.. version.Tables.SelectMany(FilesOf).Select(file => file.Number)];
        long bytes = before.Tables.SelectMany(FilesOf).Where(file => needed.Add(file.Number)).Sum(file => file.Length);
        if (before.FirstLog != version.FirstLog)
        {
            bytes += _logBytes * _folder.Logs().Count(log => log >= before.FirstLog && log < version.FirstLog);
        }

        _bytesBehind.Add(bytes);
        _keptBytes += bytes;
    }

    private static IEnumerable<(ulong Number, long Length)> FilesOf(TableMeta table) =>
        [(table.Number, table.FileLength), .. table.ColumnFiles.Select(file => (file.Number, file.FileLength))];

    /// <summary>
    /// Unpins and deletes files, and the logs that only removed versions needed. If the list is rewritten, this comes after it. A
    /// file that is being read, or that a merge has just replaced, goes when that ends. A file that cannot be deleted now is
    /// deleted later.
    /// </summary>
    private void Delete(string[] names)
    {
        IDisposable[] pinned;
        lock (_lock)
        {
            pinned = [.. _loose];
            _loose.Clear();
        }

        if (pinned.Length == 0 && names.Length == 0)
        {
            return;
        }

        FirstError errors = default;
        IDisposable retired = _pins.RetireReplaced(names); // while the pins of the versions still hold them
        Array.ForEach(pinned, one => errors.Dispose(one));
        errors.Dispose(retired);
        errors.Throw();
        _pins.DeleteLogsBefore(FirstLog);
    }
}
