using Signals.Storage.History;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Versions;

/// <summary>
/// A state of any size comes back whole from its snapshot, and from a manifest that was rewritten: sizes around every number at which
/// a snapshot begins another edit. What a limit cut off would be users who were erased, positions and imports.
/// </summary>
[Category("Fast")]
internal sealed class SnapshotSizeTests
{
    private const string Folder = "/store";

    private static int[] Sizes { get; } = [0, 1, 511, 512, 513, 1000, 1023, 1024, 1025, 2049, 4095, 4096, 4097, 8193];

    [TestCaseSource(nameof(Sizes))]
    public void Snapshot_OfAnySize_SumsToTheState(int size)
    {
        ManifestState state = ManifestState.Replay([Of(size)]);
        VersionEdit[] edits = [.. state.Snapshot().Select(edit => VersionEditFormat.Read(VersionEditFormat.Write(edit)))];
        ManifestState read = ManifestState.Replay(edits);
        Assert.That(Counts(read), Is.EqualTo(Enumerable.Repeat(size, 4).Append(Math.Min(size, 1024))));
        Assert.That(read.Describe(), Is.EqualTo(state.Describe()));
    }

    [TestCase(4097)]
    [TestCase(8193)]
    public void Open_AfterRewriting_HasAllOfIt(int size)
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory(Folder);
        string committed;
        using (Manifest manifest = Manifest.Create(new StoreFolder(files, Folder), Of(size), rolloverBytes: 1))
        {
            manifest.Commit(new VersionEdit().Erase(1_000_000, long.MaxValue).Erase(1_000_001, long.MinValue + 1));
            manifest.Commit(new VersionEdit().Erase(1_000_002, -1));
            committed = manifest.State.Describe();
        }

        for (int opening = 0; opening < 2; opening++)
        {
            using Manifest manifest = Manifest.Open(new StoreFolder(files, Folder));
            manifest.Commit(new VersionEdit { NextFileNumber = 1_000_000 + (ulong)opening });
            Assert.That(manifest.State.Erasures, Has.Count.EqualTo(size + 3));
            Assert.That(manifest.State.Describe().Replace($" next={1_000_000 + opening} ", " ", StringComparison.Ordinal),
                Is.EqualTo(committed.Replace($" next={size + 1} ", " ", StringComparison.Ordinal)), $"opening {opening}");
        }
    }

    [TestCaseSource(nameof(Sizes))]
    public void List_OfAnySize_ComesBackWhole(int size)
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory(Folder);
        VersionEdit edit = Of(size);
        RetainedVersion version = new()
        {
            Number = 7,
            InstalledMs = 1000,
            KnownPosition = new(300),
            FlushedPosition = new(250),
            FirstLog = 4,
            ErasureEdits = 2,
            IsOpening = true,
            Tables = [.. edit.AddedTables],
            Erasures = [.. edit.Erasures],
        };
        HistoryContent content = new();
        content.Add(version, 0);
        content.Add(version with { Number = 8, Erasures = [new Erasure(UserId.From(1_000_000), 5)] }, 0);
        HistoryFile.Create(new StoreFolder(files, Folder), 3, content).Dispose();
        HistoryContent read = HistoryFile.Read(new StoreFolder(files, Folder));
        Assert.That(read.Versions[0].Tables.SequenceEqual(version.Tables));
        Assert.That(read.Versions[1].Tables.SequenceEqual(version.Tables));
        read.RemoveOldest(1);
        Assert.That(
            read.Versions[0].Erasures.SequenceEqual(content.Versions.SelectMany(each => each.Erasures)),
            "the first takes over who was erased by then");
    }

    [Test]
    public void RemoveOldest_AnyNumber_LosesNoErasureAndNoYoungerSample([Range(0, 6)] int removed)
    {
        HistoryContent content = new();
        for (ulong number = 1; number <= 6; number++)
        {
            content.Add(new RetainedVersion
            {
                Number = number,
                InstalledMs = (long)number,
                KnownPosition = new(1),
                FlushedPosition = new(1),
                FirstLog = 1,
                ErasureEdits = 0,
                IsOpening = false,
                Tables = [],
                Erasures = [new Erasure(UserId.From(number), 5)],
            }, 0);
            content.Add(new PastSample((long)number, new PastPoint(new(1), number)));
        }

        content.RemoveOldest(removed);
        Assert.That(content.Versions.SelectMany(version => version.Erasures), Has.Exactly(removed == 6 ? 0 : 6).Items);
        Assert.That(content.Samples.Select(sample => sample.TimeMs), Is.EqualTo(Enumerable.Range(removed + 1, 6 - removed)));
        Assert.That(content.HighestVersion, Is.EqualTo(6));
    }

    private static int[] Counts(ManifestState state) =>
        [state.Tables.Count, state.Erasures.Count, state.Sources.Count, state.Segments.Count, state.CompleteUpTo.Count];

    /// <summary>So many of everything; types are at most as many as a schema has.</summary>
    private static VersionEdit Of(int size)
    {
        VersionEdit edit = new() { FirstLiveLog = 3, FlushedPosition = new(8), NextFileNumber = (ulong)size + 1 };
        for (int i = 1; i <= size; i++)
        {
            edit.AddedTables.Add(Edits.Meta((ulong)i));
            edit.Erase((ulong)i, i).Move($"source {i}", i).Import((ulong)i);
            if (i <= 1024)
            {
                edit.Complete((ushort)(i - 1), i);
            }
        }

        return edit;
    }
}
