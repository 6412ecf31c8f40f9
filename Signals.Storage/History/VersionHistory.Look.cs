using Signals.Storage.Versions;

namespace Signals.Storage.History;

/// <content>What is kept, for those who read it.</content>
internal sealed partial class VersionHistory
{
    /// <summary>The version with a number, and the erasures known with it.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="found">The version.</param>
    /// <param name="erasures">Every erasure that its edits had.</param>
    /// <param name="end">Position behind which records of its time were lost in a crash; the greatest there is when none were.</param>
    /// <param name="pinned">Keeps the files of the version and its logs; to be disposed.</param>
    public bool TryPin(ulong number, out RetainedVersion found, out Erasure[] erasures, out long end, out IDisposable? pinned)
    {
        lock (_lock)
        {
            int index = _content.Versions.FindIndex(version => version.Number == number);
            if (index < 0)
            {
                (found, erasures, end, pinned) = (null!, [], 0, null);
                return false;
            }

            RetainedVersion version = found = _content.Versions[index];
            erasures = [.. _content.Versions.Take(index + 1).SelectMany(one => one.Erasures)];
            end = _content.Versions.Skip(index + 1).Where(later => later.IsOpening).Select(later => later.KnownPosition).FirstOrDefault(long.MaxValue);
            pinned = _pins.Pin([.. version.DataFiles(), .. LogsLocked().Where(log => log >= version.FirstLog).Select(StoreFiles.Log)]);
            return true;
        }
    }

    /// <summary>The newest kept version that holds nothing behind a position; null when none is kept.</summary>
    public ulong? VersionAt(long position)
    {
        lock (_lock)
        {
            return _content.Versions.FindLast(version => version.KnownPosition <= position)?.Number;
        }
    }

    /// <summary>The last state that was noted at or before a time; null when none is kept from then.</summary>
    public PastPoint? PointAt(long timeMs)
    {
        lock (_lock)
        {
            int versions = Ascending.CountWhile(_content.Versions, one => one.InstalledMs <= timeMs);
            if (versions == 0)
            {
                return null;
            }

            RetainedVersion version = _content.Versions[versions - 1];
            int sample = Ascending.CountWhile(_content.Samples, one => one.TimeMs <= timeMs) - 1;
            PastPoint installed = new(version.KnownPosition, version.Number);
            return sample >= 0 && _content.Samples[sample].Point.Version >= version.Number ? _content.Samples[sample].Point : installed;
        }
    }
}
