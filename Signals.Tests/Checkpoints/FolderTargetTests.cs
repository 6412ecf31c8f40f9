using System.Buffers;
using System.Globalization;
using System.Text;
using Signals.Checkpoints;
using Signals.Checkpoints.Folders;
using Signals.Checkpoints.Formats;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>The target in a folder, also used by several processes, and after a crash at any point.</summary>
[Category("Fast")]
internal sealed class FolderTargetTests : TargetContract
{
    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        Target = new FolderTarget(_folder["target"]);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("../outside")]
    [TestCase("/etc/passwd")]
    [TestCase("parts/../../outside")]
    [TestCase("parts/a/b")]
    [TestCase("parts/A")]
    public void Put_NameThatLeadsOut_IsRefused(string name) =>
        Assert.That(() => Target.PutIfAbsentAsync(name, Content(1)), Throws.ArgumentException);

    [Test]
    public async Task Put_FilesAndFolders_AreForTheirOwnerOnlyAndNothingIsLeftBeside()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no such modes.");
            return;
        }

        await Target.PutIfAbsentAsync("parts/a", Content(1));
        await Target.TryReplaceCurrentAsync(Content(1), null);
        Assert.That(Directory.GetFiles(_folder["target/tmp"]), Is.Empty);
        Assert.That(File.GetUnixFileMode(_folder["target/parts/a"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(
            File.GetUnixFileMode(_folder["target/parts"]),
            Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public void Put_FolderThatMayNotBeWritten_IsATargetError()
    {
        File.WriteAllText(_folder["target"], "a file where the folder should be");
        Assert.That(
            () => Target.PutIfAbsentAsync("parts/a", Content(1)),
            Throws.InstanceOf<CheckpointTargetException>().With.Message.Contains("put").And.Message.Contains("parts/a"));
    }

    /// <summary>What <c>File.Move</c> does not give on Unix: of those that saw the name free at the same time, one wins.</summary>
    [Test]
    public void TryName_ManyAtOnce_OneWins()
    {
        const int Threads = 4;
        for (int round = 0; round < 50; round++)
        {
            string path = _folder[$"name-{round}"];
            string[] temporaries = [.. Enumerable.Range(0, Threads).Select(i => _folder[$"tmp-{round}-{i}"])];
            Array.ForEach(temporaries, temporary => File.WriteAllText(temporary, temporary));
            using Barrier start = new(Threads);
            bool[] won = new bool[Threads];
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() =>
            {
                start.SignalAndWait();
                won[i] = DurableFolder.TryName(temporaries[i], path);
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            Assert.That(won.Count(isWon => isWon), Is.EqualTo(1));
            Assert.That(File.ReadAllText(path), Is.EqualTo(temporaries[Array.IndexOf(won, true)]));
        }
    }

    [Test]
    public async Task Current_ReplacedOftenAndLater_KeepsTheNewestNumbersAndForeignFiles()
    {
        ManualTime time = new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        FolderTarget target = new(_folder["target"], time);
        string? tag = null;
        for (int i = 0; i < 80; i++)
        {
            Assert.That(await target.TryReplaceCurrentAsync(CurrentFormat.Write(default, 100 + i), tag), Is.True);
            tag = (await target.ReadCurrentAsync())!.Tag;
        }

        Assert.That(Numbers(), Has.Length.EqualTo(80), "the young ones stay");
        string foreign = _folder["target/current/00000000000000000003"];
        File.WriteAllText(foreign, "not a CURRENT");
        time.NowMs += (long)TimeSpan.FromDays(8).TotalMilliseconds;
        Assert.That(await target.TryReplaceCurrentAsync(CurrentFormat.Write(default, 1000), tag), Is.True);
        Assert.That(Numbers(), Has.Length.EqualTo(65));
        Assert.That(File.Exists(foreign));
        Assert.That(CurrentFormat.Read((await target.ReadCurrentAsync())!.Content.Span).Length, Is.EqualTo(1000));
        Assert.That(await target.TryReplaceCurrentAsync(CurrentFormat.Write(default, 7), "4"), Is.False, "number 5 is free again");
    }

    [Test]
    public async Task Current_NewestIsALinkThatLeadsNowhere_IsAnError()
    {
        await Target.TryReplaceCurrentAsync(Content(1), null);
        File.CreateSymbolicLink(_folder["target/current/00000000000000000002"], _folder["nowhere"]);
        await Assert.ThatAsync(() => Target.ReadCurrentAsync(), Throws.InstanceOf<CheckpointTargetException>().With.Message.Contains("2"));
    }

    [Test]
    public async Task Current_CrashBetweenFileAndName_IsTheOneBefore()
    {
        await Target.TryReplaceCurrentAsync(Content(1), null);
        File.WriteAllBytes(_folder["target/tmp/" + Guid.NewGuid().ToString("N")], Content(2));
        Assert.That((await Target.ReadCurrentAsync())!.Content.ToArray(), Is.EqualTo(Content(1)));
        Assert.That(await Target.TryReplaceCurrentAsync(Content(3), "1"), Is.True);
    }

    [Test]
    public async Task Current_ReplacedByProcesses_CountsEverySuccess()
    {
        const int Processes = 3;
        const int Successes = 40;
        string path = _folder["target"];
        foreach ((int code, _, string said) in await Task.WhenAll(
            Enumerable.Range(0, Processes).Select(_ => SwapChild.StartAsync(path, Successes))))
        {
            Assert.That(code, Is.Zero, said);
        }

        string end = Encoding.ASCII.GetString((await Target.ReadCurrentAsync())!.Content.Span);
        Assert.That(int.Parse(end, CultureInfo.InvariantCulture), Is.EqualTo(Processes * Successes));
    }

    /// <summary>An erasure deletes what has no name yet. The advice must not be to look for a file system with links.</summary>
    [Test]
    public void Put_FileDeletedBeforeItHasItsName_SaysToUploadAgain()
    {
        using DeletingContent content = new(Content(1), _folder["target/tmp"]);
        Assert.That(
            () => Target.PutIfAbsentAsync("parts/a", content.Memory),
            Throws.InstanceOf<CheckpointTargetException>().With.Message.Contains("upload again"));
        Assert.That(File.Exists(_folder["target/parts/a"]), Is.False);
    }

    private string[] Numbers() => Directory.GetFiles(_folder["target/current"]);

    /// <summary>Deletes the files of a folder when its bytes are asked for, which is after the file for them was made.</summary>
    private sealed class DeletingContent(byte[] bytes, string folder) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan()
        {
            foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
            {
                File.Delete(file);
            }

            return bytes;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
