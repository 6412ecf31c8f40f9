using Signals.Core.Model;
using Signals.Storage.Versions;

namespace Signals.Storage.History;

/// <summary>
/// The content of a list of kept versions: the versions, oldest first, and the states that were recorded between them.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Invariant: numbers and times of versions ascend, and so do times and versions of
/// samples.
/// </remarks>
internal sealed class HistoryContent
{
    public List<RetainedVersion> Versions { get; } = [];

    public List<PastSample> Samples { get; } = [];

    /// <summary>
    /// The files of the kept versions hold nothing of the users that were erased by the edits with erasures up to this number.
    /// </summary>
    public ulong CleanEdits { get; set; }

    /// <summary>Whether a part of the list is known to be synced. A list that a crash left unfinished has no such mark.</summary>
    public bool IsPromised { get; set; }

    /// <summary>The greatest number that any version had, including versions that are in no list any more.</summary>
    public ulong HighestVersion { get; set; }

    /// <summary>The highest number of a list in the folder, complete or not; 0 for none.</summary>
    public ulong HighestFile { get; set; }

    public void Add(RetainedVersion version, ulong cleanEdits)
    {
        Versions.Add(version);
        CleanEdits = cleanEdits;
        HighestVersion = Math.Max(HighestVersion, version.Number);
    }

    public void Add(in PastSample sample) => Samples.Add(sample);

    /// <summary>Removes the oldest versions. The first one that stays takes over their erasures.</summary>
    public void RemoveOldest(int count)
    {
        if (count == 0)
        {
            return;
        }

        if (count < Versions.Count)
        {
            Versions[count] = Versions[count] with { Erasures = [.. Versions.Take(count + 1).SelectMany(version => version.Erasures)] };
        }

        Versions.RemoveRange(0, count);
        ulong first = Versions.Count == 0 ? ulong.MaxValue : Versions[0].Number;
        Samples.RemoveRange(0, Ascending.CountWhile(Samples, sample => sample.Point.Version < first));
    }

    /// <summary>How many versions, from the oldest, were replaced by the next one at or before a time.</summary>
    public int CountReplacedUpTo(long timeMs)
    {
        int gone = 0;
        while (gone < Versions.Count - 1 && Versions[gone + 1].InstalledMs <= timeMs)
        {
            gone++;
        }

        return gone;
    }

    /// <summary>
    /// The present state as a sample to add; null when it is not time yet, or when nothing happened since the last one. A sample is
    /// only taken of a version that reads see and that holds nothing of a commit that is still being applied.
    /// </summary>
    public PastSample? NextSample(in PastSample present, TimeSpan granularity)
    {
        RetainedVersion newest = Versions[^1];
        PastSample last = Samples.Count > 0
            ? Samples[^1]
            : new PastSample(newest.InstalledMs, new PastPoint(newest.KnownPosition, newest.Number));
        bool isDue = present.TimeMs >= last.TimeMs + (long)granularity.TotalMilliseconds;
        bool isWhole = present.Point.Version == newest.Number && newest.KnownPosition <= present.Point.Position;
        return isDue && isWhole && present.Point != last.Point ? present : null;
    }

    /// <summary>All erasures of a version and the ones before it.</summary>
    public Erasure[] ErasuresUpTo(int index) => [.. Versions.Take(index + 1).SelectMany(version => version.Erasures)];

    /// <summary>
    /// Records of a version's time after this position were lost in a crash; the greatest value when none were lost.
    /// </summary>
    public StreamPosition EndOf(int index) => Versions.Skip(index + 1)
        .Where(later => later.IsOpening)
        .Select(later => later.KnownPosition)
        .FirstOrDefault(StreamPosition.Greatest);

    /// <summary>The last state that was recorded at or before a time; null when no state of that time is kept.</summary>
    public PastPoint? PointAt(long timeMs)
    {
        int versions = Ascending.CountWhile(Versions, one => one.InstalledMs <= timeMs);
        if (versions == 0)
        {
            return null;
        }

        RetainedVersion version = Versions[versions - 1];
        int sample = Ascending.CountWhile(Samples, one => one.TimeMs <= timeMs) - 1;
        PastPoint installed = new(version.KnownPosition, version.Number);
        return sample >= 0 && Samples[sample].Point.Version >= version.Number ? Samples[sample].Point : installed;
    }

    /// <summary>
    /// Whether the files have to be cleaned (again): a user was erased, or an import may have brought rows of a user who was
    /// erased before.
    /// </summary>
    /// <param name="state">The state of the store after an edit, which is not in the list yet.</param>
    /// <param name="edit">The edit; null at an opening, when edits may be missing in the list.</param>
    public bool NeedsCleaning(ManifestState state, VersionEdit? edit)
    {
        if (edit is null)
        {
            // An edit that only the manifest knows may have flushed rows of erased users.
            bool isBehind = Versions.Count > 0 && Versions[^1].FlushedPosition != state.FlushedPosition;
            return state.Erasures.Count > 0 && (isBehind || HasNewErasures(state));
        }

        return edit.Erasures.Count > 0 || (state.Erasures.Count > 0 && edit.FlushedPosition is null && edit.AddedTables.Count > 0);
    }

    /// <summary>
    /// Whether a crash, or the recovery from it, left erasures in the manifest that no version in the list has.
    /// </summary>
    private bool HasNewErasures(ManifestState state)
    {
        Dictionary<UserId, long> known = [];
        foreach (Erasure erasure in Versions.SelectMany(version => version.Erasures))
        {
            known[erasure.User] = Math.Max(erasure.CutoffMs, known.GetValueOrDefault(erasure.User, ErasureSet.NoCutoff));
        }

        return state.Erasures.Any(erased => known.GetValueOrDefault(erased.Key, ErasureSet.NoCutoff) < erased.Value);
    }
}
