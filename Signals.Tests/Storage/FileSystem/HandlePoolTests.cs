using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.FileSystem;

/// <summary>However many files are read, the handles are bounded; and each file is closed once, whoever reads it meanwhile.</summary>
[Category("Fast")]
internal sealed class HandlePoolTests
{
    private const int Files = 40;
    private const int Capacity = 6;
    private const int Readers = 4;

    private ScarceFileSystem _files = null!;

    [SetUp]
    public void SetUp()
    {
        _files = new ScarceFileSystem(new SimFileSystem(record: false));
        _files.CreateDirectory("/d");
        for (int i = 0; i < Files; i++)
        {
            using IFile file = _files.Open(Name(i), FileOpenMode.CreateNew);
            file.Write(0, [(byte)i]);
        }
    }

    [Test]
    public void Read_MoreFilesThanHandles_HoldsNoMoreThanTheCapacity()
    {
        HandlePool pool = new(Capacity);
        PooledFile[] files = OpenAll(pool);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < Files; i++)
            {
                Assert.That(ReadByte(files[i]), Is.EqualTo(i));
            }
        }

        Assert.That((_files.MostOpen, pool.Count), Is.EqualTo((Capacity, Capacity)));
        Array.ForEach(files, file => file.Dispose());
        Array.ForEach(files, file => file.Dispose());
        Assert.That((_files.OpenNow, pool.Count), Is.EqualTo((OpenNow: 0, Count: 0)));
        Assert.That(() => ReadByte(files[0]), Throws.TypeOf<ObjectDisposedException>());
    }

    /// <summary>Blocks of tables are read one here, one there; the system must not read what lies behind them.</summary>
    [Test]
    public void Read_AnyHandle_WasToldThatReadsAreScattered()
    {
        MemoryFileSystem memory = new();
        memory["/a"] = [1, 2, 3];
        memory["/b"] = [4, 5, 6];
        HandlePool pool = new(1);
        PooledFile[] files = [.. ((string[])["/a", "/b"]).Select(path => new PooledFile(pool, memory, memory, path))];
        for (int i = 0; i < 6; i++)
        {
            ReadByte(files[i % 2]);
            Assert.That(memory.Scattered, Is.EqualTo(pool.Opened));
        }

        Assert.That(pool.Opened, Is.GreaterThan(4), "opened again and again");
        files[0].BeginRead(1, 2);
        Assert.That(memory.Asked.Select(asked => (asked.Offset, asked.Length)), Is.EqualTo(new[] { (1L, 2L) }));
    }

    [Test]
    public void Read_FilesInUse_AreTheLastToGiveUpTheirHandle()
    {
        HandlePool pool = new(Capacity);
        PooledFile[] files = OpenAll(pool);
        ReadByte(files[0]);
        long opened = pool.Opened;
        for (int i = 1; i < Files; i++)
        {
            ReadByte(files[0]);
            ReadByte(files[i]);
        }

        Assert.That(
            pool.Opened - opened, Is.InRange(Files - 1 - Capacity, Files - 1 + (Files / Capacity)),
            "but for the others, hardly any");
    }

    [Test]
    public void Enter_FileInUse_KeepsItsHandleThoughThereIsRoomForOne()
    {
        HandlePool pool = new(1);
        PooledFile[] files = OpenAll(pool);
        foreach (PooledFile file in files.Take(3))
        {
            pool.Enter(file, () => _files.Open(file.Path, FileOpenMode.Read));
        }

        Assert.That((_files.OpenNow, pool.Count), Is.EqualTo((OpenNow: 3, Count: 3)));
        Array.ForEach(files[..3], pool.Exit);
        Assert.That((_files.OpenNow, pool.Count), Is.EqualTo((OpenNow: 1, Count: 1)));
        Array.ForEach(files, file => file.Dispose());
        Assert.That((_files.OpenNow, pool.Count), Is.EqualTo((OpenNow: 0, Count: 0)));
    }

    [Test]
    public async Task Read_ByManyThreadsBesideDisposal_ReadsTheFileOrSaysThatItIsClosed()
    {
        HandlePool pool = new(Capacity);
        PooledFile[] files = OpenAll(pool);
        int wrong = 0;
        int closed = 0;
        Task[] readers = [.. Enumerable.Range(0, Readers).Select(reader => Task.Run(() =>
        {
            Random random = new(reader);
            for (int step = 0; step < 4_000; step++)
            {
                int i = random.Next(Files);
                try
                {
                    wrong += ReadByte(files[i]) == i ? 0 : 1;
                }
                catch (ObjectDisposedException)
                {
                    Interlocked.Increment(ref closed);
                }

                if (step >= 2_000 && reader == 0 && step % 50 == 0)
                {
                    files[(step - 2_000) / 50].Dispose();
                }
            }
        }))];
        await Task.WhenAll(readers);
        Assert.That(wrong, Is.Zero);
        Assert.That(closed, Is.Positive);
        Assert.That(_files.MostOpen, Is.LessThanOrEqualTo(Capacity + Readers));
        Array.ForEach(files, file => file.Dispose());
        Assert.That((_files.OpenNow, pool.Count), Is.EqualTo((OpenNow: 0, Count: 0)));
    }

    [Test]
    public void Read_NoHandleLeft_GivesUpIdleOnesThenSaysSo()
    {
        HandlePool pool = new(Capacity);
        PooledFile[] files = OpenAll(pool);
        _files.Limit = 3;
        for (int i = 0; i < Files; i++)
        {
            Assert.That(ReadByte(files[i]), Is.EqualTo(i), "an idle handle of the pool's own makes room");
        }

        _files.Limit = 0;
        pool.ReleaseIdle();
        Assert.That(
            () => ReadByte(files[1]),
            Throws.TypeOf<HandlesExhaustedException>().With.Property(nameof(HandlesExhaustedException.File)).EqualTo(Name(1)));
        files[1].BeginRead(0, 1); // promises nothing, so it does not fail
        _files.Limit = Files;
        Assert.That(ReadByte(files[1]), Is.EqualTo(1));
    }

    [Test]
    public void PatientFiles_Shortage_IsToldOnceAndWaitedOut()
    {
        using PatientFileSystem patient = new(_files, new HandlePool(Capacity), TimeSpan.FromMinutes(1));
        List<string> told = [];
        patient.ShortageBegan += path =>
        {
            told.Add(path);
            _files.Limit = int.MaxValue;
        };
        patient.ShortageEnded += _ => told.Add("ended");
        _files.Limit = 0;
        using IFile file = patient.Open(Name(1), FileOpenMode.Read);
        Assert.That(ReadByte(file), Is.EqualTo(1));
        Assert.That(told, Is.EqualTo(new[] { Name(1), "ended" }));
    }

    [Test]
    public void PatientFiles_ShortageThatLasts_EndsAtTheLimitOfOpeningOrWhenStopped()
    {
        using PatientFileSystem patient = new(_files, new HandlePool(Capacity), TimeSpan.Zero);
        _files.Limit = 0;
        Assert.That(() => patient.ListFiles("/d"), Throws.TypeOf<HandlesExhaustedException>());
        Assert.That(() => patient.Lock("/d/LOCK"), Throws.TypeOf<HandlesExhaustedException>());
        patient.EndOpening();
        patient.ShortageBegan += _ => patient.Stop();
        Assert.That(() => patient.SyncDirectory("/d"), Throws.TypeOf<FileOperationException>());
    }

    [Test]
    public void IsCauseOf_ErrorsOfTheSystem_TellsShortageFromTheRest()
    {
        Assert.That(HandleShortage.IsCauseOf(LinuxCalls.Error("open", "/x", LinuxCalls.Enfile)));
        Assert.That(HandleShortage.IsCauseOf(LinuxCalls.Error("open", "/x", LinuxCalls.Enoent)), Is.False);
        Assert.That(HandleShortage.IsCauseOf(new FileNotFoundException()), Is.False);
        Assert.That(HandleShortage.IsCauseOf(new IOException("Too many open files", 24)), Is.EqualTo(!OperatingSystem.IsWindows()));
    }

    private static string Name(int i) => $"/d/{i}";

    private static int ReadByte(IFile file)
    {
        Span<byte> found = [255];
        return file.Read(0, found) == 1 ? found[0] : -1;
    }

    private PooledFile[] OpenAll(HandlePool pool) =>
        [.. Enumerable.Range(0, Files).Select(i => new PooledFile(pool, _files, _files, Name(i)))];
}
