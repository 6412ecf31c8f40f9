using Signals.Storage.Versions;

namespace Signals.Storage.History;

/// <content>Look-ups of kept versions and states.</content>
internal sealed partial class VersionHistory
{
    /// <summary>Finds the version with a number and the erasures known with it, and pins its files.</summary>
    /// <param name="number">The version's number.</param>
    /// <param name="found">The version.</param>
    /// <param name="erasures">All erasures of this version and the ones before it.</param>
    /// <param name="end">
    /// Records of its time after this position were lost in a crash; the greatest value when none were lost.
    /// </param>
    /// <param name="pinned">Keeps the files of the version and its logs; dispose it.</param>
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
            end = _content.Versions.Skip(index + 1)
                .Where(later => later.IsOpening)
                .Select(later => later.KnownPosition)
                .FirstOrDefault(long.MaxValue);
            pinned = _pins.Pin([.. version.DataFiles(), .. _folder.Logs().Where(log => log >= version.FirstLog).Select(StoreFiles.Log)]);
            return true;
        }
    }

    /// <summary>The newest kept version that holds no record after a position; null when there is none.</summary>
    public ulong? VersionAt(long position)
    {
        lock (_lock)
        {
            return _content.Versions.FindLast(version => version.KnownPosition <= position)?.Number;
        }
    }

    /// <summary>The last state that was recorded at or before a time; null when no state of that time is kept.</summary>
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
