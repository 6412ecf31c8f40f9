using System.Security.Cryptography;
using Signals.Checkpoints;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>
/// A target that fails at each call, and other owners that come between each two calls: <c>CURRENT</c> always names a complete
/// checkpoint, never goes back, and the next upload works.
/// </summary>
[Category("Reliability")]
internal sealed class UploadFaultTests
{
    private const long First = 150;
    private const long Second = 230;
    private const long Third = 300;

    private TempFolder _folder = null!;
    private ManualTime _time = null!;
    private CheckpointOptions _options = null!;
    private int _copies;

    // The target at the first position, for as long as the clock stands still; and what was restored and opened before.
    private (long AtMs, MemoryTarget Target)? _atFirst;
    private readonly HashSet<(long Position, string Files)> _opened = [];

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        _time = new ManualTime(CheckpointStores.Start);
        _atFirst = null;
        _options = new CheckpointOptions { PartBytes = 4096, Parallelism = 1, TimeProvider = _time };
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    /// <summary>From one call on everything fails: a crash of the process, or a target that is down and stays so.</summary>
    [Test]
    public async Task Upload_StopsAtEachCall_LeavesACompleteCheckpointAndAnotherOwnerGoesOn([Values] FaultKind kind, [Values] bool isFirst)
    {
        using SignalStore store = OpenAt("store", isFirst ? First : Second);
        using SignalStore other = OpenAt("other", Third);
        (int calls, _) = await UploadAsync(store, await NewTargetAsync(isFirst), int.MaxValue, kind);
        Assert.That(calls, Is.GreaterThan(5));
        int published = 0;
        for (int k = 0; k < calls; k++)
        {
            MemoryTarget target = await NewTargetAsync(isFirst);
            (_, Exception? error) = await UploadAsync(store, target, k, kind);
            Assert.That(error, Is.InstanceOf<CheckpointTargetException>(), $"call {k} of {calls}");
            published += await RequireCompleteAsync(target, isFirst ? 0 : First, isFirst ? First : Second) ? 1 : 0;
            UploadResult next = await new CheckpointUploader(other, target, _options).UploadAsync();
            Assert.That(next.Outcome, Is.EqualTo(UploadOutcome.Published), $"call {k} of {calls}");
            await RequireCompleteAsync(target, Third, Third);
        }

        // A denial of the manifest's name does not stop the upload, so a denied swap counts for two calls.
        int answersLost = kind switch { FaultKind.After => 1, FaultKind.Denied => 2, _ => 0 };
        Assert.That(published, Is.EqualTo(answersLost));
    }

    /// <summary>One call fails; the same uploader tries again, as a schedule does.</summary>
    [Test]
    public async Task Upload_OneCallFails_SucceedsAtOnceOrTheNextTime([Values] FaultKind kind)
    {
        using SignalStore store = OpenAt("store", Second);
        (int calls, _) = await UploadAsync(store, await NewTargetAsync(isEmpty: false), int.MaxValue, kind);
        for (int k = 0; k < calls; k++)
        {
            MemoryTarget target = await NewTargetAsync(isEmpty: false);
            FaultyTarget faulty = new(target) { FailFrom = k, Failures = 1, Kind = kind };
            CheckpointUploader uploader = new(store, faulty, _options);
            UploadResult? result = null;
            try
            {
                result = await uploader.UploadAsync();
            }
            catch (CheckpointTargetException)
            {
                await RequireCompleteAsync(target, First, Second);
            }

            result ??= await uploader.UploadAsync();
            Assert.That(result.Outcome, Is.Not.EqualTo(UploadOutcome.Overtaken), $"call {k} of {calls}");
            await RequireCompleteAsync(target, Second, Second);
        }
    }

    /// <summary>Another owner makes a whole checkpoint between two calls of an upload.</summary>
    [Test]
    public async Task Upload_OvertakenBetweenEachTwoCalls_EndsWithTheHigherPosition([Values] bool otherIsAhead, [Values] bool collects)
    {
        using SignalStore store = OpenAt("store", Second);
        using SignalStore other = OpenAt("other", otherIsAhead ? Third : Second - 10);
        CheckpointOptions tight = new()
        {
            PartBytes = 4096,
            Parallelism = 1,
            TimeProvider = _time,
            RetainCount = 1,
            RetainAge = TimeSpan.Zero,
        };
        (int calls, _) = await UploadAsync(store, await NewTargetAsync(isEmpty: false), int.MaxValue, default);
        for (int k = 0; k < calls; k++)
        {
            MemoryTarget target = await NewTargetAsync(isEmpty: false);
            _time.NowMs += (long)TimeSpan.FromDays(2).TotalMilliseconds; // what is there is older than the grace
            FaultyTarget watched = new(target) { OnCall = number => number == k ? BetweenAsync(target, number) : Task.CompletedTask };
            UploadResult result = await new CheckpointUploader(store, watched, tight).UploadAsync();
            Assert.That(
                result.Outcome, Is.EqualTo(otherIsAhead ? UploadOutcome.Overtaken : UploadOutcome.Published), $"call {k} of {calls}");
            await RequireCompleteAsync(target, otherIsAhead ? Third : Second, otherIsAhead ? Third : Second);
        }

        async Task BetweenAsync(MemoryTarget target, int number)
        {
            long before = await PositionAsync(target);
            UploadResult result = await new CheckpointUploader(other, target, tight).UploadAsync();
            if (collects)
            {
                await new CheckpointCollector(target, tight).CollectAsync();
            }

            Assert.That(await PositionAsync(target), Is.GreaterThanOrEqualTo(before), $"call {number}");
            Assert.That(result.Outcome, Is.Not.EqualTo(UploadOutcome.Unchanged), $"call {number}");
        }
    }

    /// <summary>Garbage is collected between two calls of an upload: nothing that it is about to name is deleted.</summary>
    [Test]
    public async Task Upload_CollectionBetweenEachTwoCalls_StaysComplete([Values] bool afterACrash)
    {
        using SignalStore store = OpenAt("store", Second);
        (int calls, _) = await UploadAsync(store, await NewTargetAsync(isEmpty: false), int.MaxValue, default);
        CheckpointOptions tight = new()
        {
            PartBytes = 4096,
            Parallelism = 1,
            TimeProvider = _time,
            RetainCount = 1,
            RetainAge = TimeSpan.Zero,
        };
        for (int k = 0; k < calls + 4; k++)
        {
            MemoryTarget target = await NewTargetAsync(isEmpty: false);
            if (afterACrash)
            {
                // What a killed upload left becomes garbage while the next one finds it.
                await UploadAsync(store, target, calls - 2, FaultKind.Before);
                _time.NowMs += (long)(tight.Grace * 0.2).TotalMilliseconds;
            }

            FaultyTarget watched = new(target);
            watched.OnCall = async number =>
            {
                // A collection writes CURRENT anew, so one before each swap would refuse all of them.
                _time.NowMs += (long)(tight.Grace * 0.3).TotalMilliseconds / (number == k ? 1 : 1000);
                if (number == k || number < k - 2)
                {
                    await new CheckpointCollector(target, tight).CollectAsync();
                }
            };
            UploadResult result = await new CheckpointUploader(store, watched, tight).UploadAsync();
            Assert.That(result.Outcome, Is.EqualTo(UploadOutcome.Published), $"call {k} of {calls}");
            await RequireCompleteAsync(target, Second, Second);
        }
    }

    /// <summary>
    /// An upload sleeps before one of its calls until its parts are garbage, and they are collected. When it sleeps just before the swap,
    /// it has looked at its deadline already.
    /// </summary>
    [Test]
    public async Task Upload_SleepsBeforeEachCallWhileItsPartsAreCollected_PublishesNothingIncomplete()
    {
        using SignalStore store = OpenAt("store", Second);
        (int calls, _) = await UploadAsync(store, await NewTargetAsync(isEmpty: false), int.MaxValue, default);
        for (int k = 0; k < calls; k++)
        {
            MemoryTarget target = await NewTargetAsync(isEmpty: false);
            FaultyTarget slow = new(target)
            {
                OnCall = async number =>
                {
                    if (number == k)
                    {
                        _time.NowMs += (long)(_options.Grace * 1.5).TotalMilliseconds;
                        await new CheckpointCollector(target, _options).CollectAsync();
                    }
                },
            };
            CheckpointUploader uploader = new(store, slow, _options);
            await Assert.ThatAsync(
                () => uploader.UploadAsync(), Throws.InstanceOf<CheckpointTargetException>().With.Message.Contains("grace"), $"call {k}");
            await RequireCompleteAsync(target, First, First);
            Assert.That((await uploader.UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Published), $"call {k} of {calls}");
            await RequireCompleteAsync(target, Second, Second);
        }
    }

    /// <summary>Owners that run at the same time: the position only grows, and the highest one is current at the end.</summary>
    [Test]
    public async Task Upload_ManyOwnersAtOnce_EndsWithTheHighest()
    {
        SignalStore[] stores = [.. Enumerable.Range(1, 4).Select(i => OpenAt($"store-{i}", i * 60))];
        try
        {
            FolderTarget target = new(_folder["target"]);
            List<long> seen = [];
            CheckpointOptions options = new() { PartBytes = 4096 };
            UploadOutcome[][] outcomes = await Task.WhenAll(stores.Select(store => Task.Run(async () =>
            {
                CheckpointUploader uploader = new(store, target, options);
                List<UploadOutcome> own = [];
                for (int i = 0; i < 5; i++)
                {
                    own.Add((await uploader.UploadAsync()).Outcome);
                    lock (seen)
                    {
                        seen.Add(PositionAsync(target).GetAwaiter().GetResult());
                    }
                }

                return own.ToArray();
            })));
            Assert.That(seen, Is.Ordered);
            Assert.That(outcomes[^1], Does.Contain(UploadOutcome.Published));
            Assert.That(await PositionAsync(target), Is.EqualTo(240));
            await RequireCompleteAsync(target, 240, 240);
        }
        finally
        {
            Array.ForEach(stores, store => store.Dispose());
        }
    }

    private static async Task<long> PositionAsync(CheckpointTarget target) =>
        (await new CheckpointRestorer(target).FindCurrentAsync())?.Position.Sources.Single().Position ?? 0;

    private SignalStore OpenAt(string name, long position)
    {
        SignalStore store = CheckpointStores.Open(_folder[name]);
        CheckpointStores.Feed(store, position / 2);
        store.FlushAsync().GetAwaiter().GetResult();
        CheckpointStores.Feed(store, position);
        return store;
    }

    /// <summary>A target that is empty, or holds a checkpoint at the first position.</summary>
    private async Task<MemoryTarget> NewTargetAsync(bool isEmpty)
    {
        MemoryTarget target = new(_time);
        if (isEmpty)
        {
            return target;
        }

        if (_atFirst?.AtMs != _time.NowMs)
        {
            using TempFolder folder = new();
            using SignalStore store = CheckpointStores.Open(folder["store"]);
            CheckpointStores.Feed(store, First);
            await new CheckpointUploader(store, target, _options).UploadAsync();
            _atFirst = (_time.NowMs, target);
        }

        return _atFirst.Value.Target.Copy();
    }

    private async Task<(int Calls, Exception? Error)> UploadAsync(SignalStore store, MemoryTarget target, int failFrom, FaultKind kind)
    {
        FaultyTarget faulty = new(target) { FailFrom = failFrom, Kind = kind };
        try
        {
            await new CheckpointUploader(store, faulty, _options).UploadAsync();
            return (faulty.Calls, null);
        }
        catch (CheckpointTargetException e)
        {
            return (faulty.Calls, e);
        }
    }

    /// <summary>CURRENT names a checkpoint at one of two positions; 0 is none. It restores to what a store there answers.</summary>
    /// <returns>Whether it is at the second.</returns>
    private async Task<bool> RequireCompleteAsync(CheckpointTarget target, long either, long or)
    {
        long position = await PositionAsync(target);
        Assert.That(position, Is.EqualTo(either).Or.EqualTo(or));
        if (position > 0)
        {
            string copy = _folder[$"copy-{_copies++}"];
            await new CheckpointRestorer(target, _options).RestoreAsync(copy);
            if (_opened.Add((position, FilesOf(copy))))
            {
                Assert.That(CheckpointStores.AnswersOf(copy), Is.EqualTo(Model(position)));
            }

            Directory.Delete(copy, recursive: true);
        }

        return position == or;
    }

    /// <summary>Names and contents of a folder: two folders with the same answer the same.</summary>
    private static string FilesOf(string folder) => string.Join(
        '\n',
        Directory.GetFiles(folder).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"));

    private readonly Dictionary<long, string> _models = [];

    private string Model(long position)
    {
        if (!_models.TryGetValue(position, out string? answers))
        {
            answers = CheckpointStores.AnswersAt(position);
            _models[position] = answers;
        }

        return answers;
    }
}
