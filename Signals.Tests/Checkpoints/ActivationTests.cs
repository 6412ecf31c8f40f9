using Signals.Checkpoints;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>Which of the local store and the checkpoint is opened, and what becomes of the other.</summary>
[Category("Fast")]
internal sealed class ActivationTests
{
    private TempFolder _folder = null!;
    private MemoryTarget _target = null!;
    private CheckpointOptions _options = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        ManualTime time = new(CheckpointStores.Start);
        _target = new MemoryTarget(time);
        _options = new CheckpointOptions { PartBytes = 4096, TimeProvider = time };
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Activate_NothingAnywhere_IsNothing()
    {
        ActivationResult result = await ActivateAsync();
        Assert.That(result.Outcome, Is.EqualTo(ActivationOutcome.Nothing));
        Assert.That(Directory.Exists(_folder["local"]), Is.False);
    }

    [TestCase(0, 100, 100)]
    [TestCase(60, 100, 100)]
    [TestCase(100, 100, 100)]
    [TestCase(140, 100, 140)]
    [TestCase(140, 0, 140)]
    public async Task Activate_LocalAndCheckpoint_TheFurtherOneIsOpened(int local, int checkpoint, int expected)
    {
        await PrepareAsync(local, checkpoint);
        bool isRestored = checkpoint > local;
        ActivationResult result = await ActivateAsync();
        Assert.That(result.Outcome, Is.EqualTo(isRestored ? ActivationOutcome.Restored : ActivationOutcome.LocalKept));
        Assert.That(result.LocalPosition?.Sources.Single().Position ?? 0, Is.EqualTo(local));
        Assert.That(result.Checkpoint?.Position.Sources.Single().Position ?? 0, Is.EqualTo(checkpoint));
        Assert.That(result.SetAside, Is.Null);
        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(expected)));
        Assert.That(_folder.Entries.Where(IsLocal), Is.EqualTo(new[] { "local" }), "nothing is left beside it");

        static bool IsLocal(string name) =>
            name.StartsWith("local", StringComparison.Ordinal) && !name.EndsWith(".lock", StringComparison.Ordinal);
    }

    [Test]
    public async Task Activate_DamagedLocal_IsSetAside()
    {
        await PrepareAsync(140, 100);
        string manifest = Directory.GetFiles(_folder["local"], "MANIFEST-*").Single();
        byte[] bytes = File.ReadAllBytes(manifest);
        bytes[20] ^= 1;
        File.WriteAllBytes(manifest, bytes);
        ActivationResult result = await ActivateAsync();
        Assert.That(result.Outcome, Is.EqualTo(ActivationOutcome.Restored));
        Assert.That(result.LocalDamage, Is.Not.Null);
        Assert.That(File.ReadAllBytes(Path.Combine(result.SetAside!, Path.GetFileName(manifest))), Is.EqualTo(bytes));
        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(100)));
    }

    [Test]
    public async Task Activate_LocalWithoutCurrent_IsDamagedToo([Values] bool hasCheckpoint)
    {
        await PrepareAsync(140, hasCheckpoint ? 100 : 0);
        File.Delete(Path.Combine(_folder["local"], "CURRENT"));
        if (!hasCheckpoint)
        {
            await Assert.ThatAsync(ActivateAsync, Throws.InstanceOf<CorruptionException>().With.Message.Contains("CURRENT"));
            return;
        }

        ActivationResult result = await ActivateAsync();
        Assert.That(result.LocalDamage, Is.Not.Null);
        Assert.That(Directory.Exists(result.SetAside));
        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(100)));
    }

    [Test]
    public async Task Activate_FolderOfSomethingElse_IsRefusedAndStays()
    {
        await PrepareAsync(0, 100);
        Directory.CreateDirectory(_folder["local"]);
        File.WriteAllText(Path.Combine(_folder["local"], "diary.txt"), "mine");
        await Assert.ThatAsync(ActivateAsync, Throws.InstanceOf<ForeignFolderException>().With.Message.Contains("diary.txt"));
        Assert.That(File.ReadAllText(Path.Combine(_folder["local"], "diary.txt")), Is.EqualTo("mine"));
    }

    [Test]
    public async Task Activate_EmptyFolder_IsReplaced()
    {
        await PrepareAsync(0, 100);
        Directory.CreateDirectory(_folder["local"]);
        Assert.That((await ActivateAsync()).Outcome, Is.EqualTo(ActivationOutcome.Restored));
    }

    [Test]
    public async Task Activate_LocalWithAForeignFile_KeepsItAside()
    {
        await PrepareAsync(60, 100);
        File.WriteAllText(Path.Combine(_folder["local"], "diary.txt"), "mine");
        ActivationResult result = await ActivateAsync();
        Assert.That(result.Outcome, Is.EqualTo(ActivationOutcome.Restored));
        Assert.That(File.ReadAllText(Path.Combine(result.SetAside!, "diary.txt")), Is.EqualTo("mine"));
        Assert.That((await ActivateAsync()).Outcome, Is.EqualTo(ActivationOutcome.LocalKept));
    }

    [Test]
    public async Task Activate_LocalThatIsOpen_IsRefused()
    {
        await PrepareAsync(60, 100);
        using SignalStore store = CheckpointStores.Open(_folder["local"]);
        await Assert.ThatAsync(ActivateAsync, Throws.InstanceOf<StoreLockedException>());
    }

    [Test]
    public async Task Activate_TargetFailsAtEachCall_LeavesTheLocalStore()
    {
        await PrepareAsync(60, 100);
        FaultyTarget measured = new(_target);
        await new CheckpointRestorer(measured, _options).RestoreAsync(_folder["measured"]);
        for (int k = 0; k < measured.Calls; k++)
        {
            FaultyTarget down = new(_target) { FailFrom = k };
            await Assert.ThatAsync(
                () => new CheckpointRestorer(down, _options).RestoreIfNewerAsync(_folder["local"], CheckpointStores.Options),
                Throws.InstanceOf<CheckpointTargetException>(), $"call {k}");
        }

        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(60)));
    }

    /// <summary>A crash between the two renames, and the checkpoint cannot be read afterwards.</summary>
    [Test]
    public async Task Activate_AfterACrashBetweenTheRenames_HasTheLocalStoreBack([Values] bool isEmptyFolderThere)
    {
        await PrepareAsync(60, 0);
        MoveAway();
        if (isEmptyFolderThere)
        {
            Directory.CreateDirectory(_folder["local"]); // as a supervisor makes it
        }

        ActivationResult result = await ActivateAsync();
        Assert.That(result.Outcome, Is.EqualTo(ActivationOutcome.LocalKept));
        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(60)));
    }

    [Test]
    public async Task Activate_AfterACrashBehindTheRenames_DeletesTheOldStore()
    {
        await PrepareAsync(60, 100);
        MoveAway();
        await new CheckpointRestorer(_target, _options).RestoreAsync(_folder["other"]);
        Directory.Move(_folder["other"], _folder["local"]);
        ActivationResult result = await ActivateAsync();
        Assert.That((result.Outcome, result.SetAside), Is.EqualTo((ActivationOutcome.LocalKept, (string?)null)));
        Assert.That(Directory.Exists(_folder["local.restoring/replaced"]), Is.False);
    }

    /// <summary>After a crash between the renames somebody opened the path, which made a fresh store that holds less.</summary>
    [Test]
    public async Task Activate_FreshStoreAfterACrash_TheOldStoreIsSetAside([Values(0, 30)] int fresh)
    {
        await PrepareAsync(60, 0);
        MoveAway();
        using (SignalStore store = CheckpointStores.Open(_folder["local"]))
        {
            CheckpointStores.Feed(store, fresh);
        }

        ActivationResult result = await ActivateAsync();
        Assert.That(CheckpointStores.AnswersOf(result.SetAside!), Is.EqualTo(CheckpointStores.AnswersAt(60)));
        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(fresh)));
    }

    [Test]
    public async Task Activate_StoresOfSimilarNames_StayAsTheyAre()
    {
        await PrepareAsync(60, 100);
        foreach (string name in new[] { "local.replaced", "local.upload" })
        {
            using SignalStore backup = CheckpointStores.Open(_folder[name]);
            CheckpointStores.Feed(backup, 20);
        }

        Assert.That((await ActivateAsync()).Outcome, Is.EqualTo(ActivationOutcome.Restored));
        Assert.That(CheckpointStores.AnswersOf(_folder["local.replaced"]), Is.EqualTo(CheckpointStores.AnswersAt(20)));
        Assert.That(CheckpointStores.AnswersOf(_folder["local.upload"]), Is.EqualTo(CheckpointStores.AnswersAt(20)));
    }

    /// <summary>Fetching takes long. Meanwhile a process opens the local store, and has it open still.</summary>
    [Test]
    public async Task Activate_LocalIsOpenedWhileFetching_IsRefusedAndStays()
    {
        await PrepareAsync(60, 100);
        SignalStore? opened = null;
        FaultyTarget slow = OnFirstPart(() => opened = CheckpointStores.Open(_folder["local"]));
        await Assert.ThatAsync(() => ActivateAsync(slow), Throws.InstanceOf<StoreLockedException>());
        CheckpointStores.Feed(opened!, 130);
        opened!.Dispose();
        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(130)));
    }

    /// <summary>Meanwhile a process opens the local store, takes more than the checkpoint has, and closes it.</summary>
    [Test]
    public async Task Activate_LocalOvertakesWhileFetching_IsKept()
    {
        await PrepareAsync(60, 100);
        FaultyTarget slow = OnFirstPart(() =>
        {
            using SignalStore store = CheckpointStores.Open(_folder["local"]);
            CheckpointStores.Feed(store, 130);
        });
        ActivationResult result = await ActivateAsync(slow);
        Assert.That(result.Outcome, Is.EqualTo(ActivationOutcome.LocalKept));
        Assert.That(result.LocalPosition!.Sources.Single().Position, Is.EqualTo(130));
        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(130)));
        Assert.That(Directory.Exists(_folder["local.restoring"]), Is.False);
    }

    [Test]
    public async Task Activate_LocalAheadInAnotherSource_IsSetAside()
    {
        await PrepareAsync(0, 100);
        string answers;
        using (SignalStore store = CheckpointStores.Open(_folder["local"]))
        {
            CheckpointStores.Feed(store, 30, "another");
            answers = CheckpointStores.Answers(store);
        }

        ActivationResult result = await ActivateAsync();
        Assert.That(result.Outcome, Is.EqualTo(ActivationOutcome.Restored));
        Assert.That(CheckpointStores.AnswersOf(result.SetAside!), Is.EqualTo(answers));
    }

    [TestCase(true, 60)]
    [TestCase(false, 100)]
    public async Task Activate_LocalBehind_TheCallerDecides(bool keeps, int expected)
    {
        await PrepareAsync(60, 100);
        List<(long Local, long Checkpoint)> asked = [];
        ActivationResult result = await ActivateAsync((local, checkpoint, _) =>
        {
            asked.Add((local.Sources.Single().Position, checkpoint.Sources.Single().Position));
            return ValueTask.FromResult(keeps);
        });
        Assert.That(asked, Is.EqualTo(new[] { (60L, 100L) }));
        Assert.That(result.Outcome, Is.EqualTo(keeps ? ActivationOutcome.LocalKept : ActivationOutcome.Restored));
        Assert.That(result.LocalPosition!.Sources.Single().Position, Is.EqualTo(60));
        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(expected)));
    }

    [TestCase(0, 100)]
    [TestCase(140, 100)]
    [TestCase(140, 0)]
    public async Task Activate_NothingToDecide_TheCallerIsNotAsked(int local, int checkpoint)
    {
        await PrepareAsync(local, checkpoint);
        await ActivateAsync((_, _, _) => throw new AssertionException("nothing to decide"));
        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(Math.Max(local, checkpoint))));
    }

    [Test]
    public async Task Activate_DamagedLocalBehind_TheCallerIsNotAsked()
    {
        await PrepareAsync(60, 100);
        File.Delete(Path.Combine(_folder["local"], "CURRENT"));
        ActivationResult result = await ActivateAsync((_, _, _) => throw new AssertionException("it is damaged"));
        Assert.That(result.Outcome, Is.EqualTo(ActivationOutcome.Restored));
    }

    [Test]
    public async Task Activate_TheCallerCannotDecide_FailsAndTheFolderStays()
    {
        await PrepareAsync(60, 100);
        KeepLocal undecided = (_, _, _) => throw new TimeoutException("planted");
        await Assert.ThatAsync(() => ActivateAsync(undecided), Throws.InstanceOf<TimeoutException>());
        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(60)));
    }

    [Test]
    public async Task Activate_Link_ReplacesWhatItLeadsTo()
    {
        await PrepareAsync(60, 100);
        Directory.CreateDirectory(_folder["disk"]);
        Directory.Move(_folder["local"], _folder["disk/local"]);
        Directory.CreateSymbolicLink(_folder["local"], _folder["disk/local"]);
        Assert.That((await ActivateAsync()).Outcome, Is.EqualTo(ActivationOutcome.Restored));
        Assert.That(new DirectoryInfo(_folder["local"]).LinkTarget, Is.Not.Null);
        Assert.That(CheckpointStores.AnswersOf(_folder["disk/local"]), Is.EqualTo(CheckpointStores.AnswersAt(100)));
    }

    [Test]
    public async Task Activate_MountPoint_IsRefusedBeforeAnythingIsFetched()
    {
        string? mounted = DriveInfo.GetDrives().Select(drive => drive.Name).FirstOrDefault(IsEmptyFolder);
        if (mounted is null)
        {
            Assert.Ignore("There is no empty file system here that is mounted.");
            return;
        }

        await PrepareAsync(0, 100);
        FaultyTarget target = new(_target) { FailFrom = 3 }; // CURRENT and its manifest are read
        await Assert.ThatAsync(
            () => new CheckpointRestorer(target, _options).RestoreIfNewerAsync(mounted),
            Throws.InstanceOf<FileOperationException>().With.Message.Contains("mounted"));

        static bool IsEmptyFolder(string path)
        {
            try
            {
                return Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    [Test]
    public void Covers_Positions_AreOrderedBySource()
    {
        CheckpointPosition none = Position(commit: 5);
        CheckpointPosition low = Position(1, ("a", 0, 10));
        CheckpointPosition high = Position(0, ("a", 0, 11), ("b", 0, 1));
        CheckpointPosition reset = Position(0, ("a", 1, 0), ("b", 0, 0));
        (CheckpointPosition Of, CheckpointPosition Other, bool Covers)[] cases =
        [
            (low, none, false), (high, Position(), true), (none, low, false), (Position(5, ("a", 0, 1)), none, true),
            (none, Position(commit: 5), true), (none, Position(commit: 6), false),
            (high, low, true), (low, high, false), (low, low, true), (reset, low, true), (reset, high, false), (high, reset, false),
        ];
        foreach ((CheckpointPosition of, CheckpointPosition other, bool covers) in cases)
        {
            Assert.That(of.Covers(other), Is.EqualTo(covers), $"{of} and {other}");
        }

        Assert.That(() => Position(0, ("a", 0, 1), ("a", 0, 2)), Throws.ArgumentException);

        static CheckpointPosition Position(long commit = 0, params (string Source, int Generation, long Position)[] sources) =>
            new([.. sources.Select(s => new SourcePosition(s.Source, s.Position) { Generation = s.Generation })], commit);
    }

    private Task<ActivationResult> ActivateAsync() => ActivateAsync(_target);

    private Task<ActivationResult> ActivateAsync(KeepLocal keepLocal) => new CheckpointRestorer(_target, _options)
        .RestoreIfNewerAsync(_folder["local"], CheckpointStores.Options, keepLocal: keepLocal);

    private Task<ActivationResult> ActivateAsync(CheckpointTarget target) =>
        new CheckpointRestorer(target, _options).RestoreIfNewerAsync(_folder["local"], CheckpointStores.Options);

    /// <summary>A target that does something when the first part is fetched: CURRENT and its manifest take three calls.</summary>
    private FaultyTarget OnFirstPart(Action act) => new(_target)
    {
        OnCall = number =>
        {
            if (number == 3)
            {
                act();
            }

            return Task.CompletedTask;
        },
    };

    /// <summary>As a crash between the two renames leaves it.</summary>
    private void MoveAway()
    {
        WorkFolders.Leave(_folder["local.restoring"]);
        Directory.Move(_folder["local"], _folder["local.restoring/replaced"]);
    }

    private async Task PrepareAsync(int local, int checkpoint)
    {
        if (local > 0)
        {
            using SignalStore store = CheckpointStores.Open(_folder["local"]);
            CheckpointStores.Feed(store, local);
        }

        if (checkpoint > 0)
        {
            using SignalStore store = CheckpointStores.Open(_folder["elsewhere"]);
            CheckpointStores.Feed(store, checkpoint);
            await new CheckpointUploader(store, _target, _options).UploadAsync();
        }
    }
}
