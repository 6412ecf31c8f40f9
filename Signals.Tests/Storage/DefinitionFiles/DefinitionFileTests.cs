using System.Globalization;
using Signals.Core.DefinitionVersions;
using Signals.Definitions;
using Signals.Storage.DefinitionFiles;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Tests.Simulation;
using static Signals.Tests.Core.DefinitionVersions.RegistrySamples;
using static Signals.Tests.Storage.DefinitionFiles.DefinitionFileSample;

namespace Signals.Tests.Storage.DefinitionFiles;

/// <summary>The file of stored definitions: its bytes, damage, and what a crash or a full disk leaves of it.</summary>
[Category("Fast")]
internal sealed class DefinitionFileTests
{
    // Magic, version, checksum; two names. The JSON of each definition stands between these parts.
    private const string Start = "5349474E44454653" + "01000000";
    private const string First =
        "02000000" + "04000000" + "66656564" + "07000000" + "72616E6B696E67" + "03" + "03000000" + "02000000"
        + "02000000" + "01" + "E803000000000000" + "4D00000000000000";

    private const string HostCode =
        "03000000" + "02" + "D007000000000000" + "FFFFFFFFFFFFFFFF" + "00000000000000000000000000000000" + "00000000";

    private const string Past = "01000000" + "01000000" + "00" + "F401000000000000" + "0700000000000000";
    private const string Activations = "02000000" + "00000000" + "01000000" + "64000000";
    private const string Last =
        "05000000" + "6F74686572" + "05000000" + "6672617564" + "00" + "00000000" + "00000000" + "00000000" + "00000000";

    [Test]
    public void Write_KnownContent_GivesTheGoldenBytes()
    {
        byte[] file = DefinitionFileWriter.Write(Content);
        string golden = First + Json(2) + HostCode + Past + Json(1) + Activations + Json(9)[32..] + Last;
        string written = Convert.ToHexString(file);
        Assert.That(written[..24], Is.EqualTo(Start));
        Assert.That(written[32..], Is.EqualTo(golden));
        Assert.That(file[12..16], Is.EqualTo(BitConverter.GetBytes(DefinitionFileFormat.ChecksumOf(file))));

        static string Json(int version)
        {
            byte[] json = Feed(version).ToUtf8Json().ToArray();
            byte[] hash = Convert.FromHexString(Feed(version).ComputeContentHash().ToString("X32", CultureInfo.InvariantCulture));
            Array.Reverse(hash);
            return Convert.ToHexString(hash) + Convert.ToHexString(BitConverter.GetBytes(json.Length)) + Convert.ToHexString(json);
        }
    }

    [Test]
    public void Read_WhatWasWritten_GivesTheSameBytes()
    {
        byte[] file = DefinitionFileWriter.Write(Content);
        IReadOnlyList<StoredHistory> read = DefinitionFileReader.Read(file);
        Assert.That(DefinitionFileWriter.Write(read), Is.EqualTo(file));
        Assert.That(read.Select(name => (name.Name, name.Owner)), Is.EqualTo(new[] { ("feed", "ranking"), ("other", "fraud") }));
        Assert.That(read[0].Activations, Is.EqualTo(new[] { 0, 1 }));
        Assert.That((read[0].IsRetired, read[0].LastRegistered, read[0].Shadow!.Every), Is.EqualTo((true, 3, 100)));
        Assert.That(read[0].Versions[0] with { Json = default }, Is.EqualTo(Content[0].Versions[0] with { Json = default }));
        Assert.That(read[0].Versions[1].ContentHash, Is.Null);
    }

    [Test]
    public void TryRead_AnyBitChangedOrAnyByteMissing_NamesTheFileAndWhatToDo()
    {
        byte[] file = DefinitionFileWriter.Write(Content);
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            byte[] changed = [.. file];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Refused(changed);
        }

        for (int length = 0; length < file.Length; length++)
        {
            Refused(file[..length]);
        }

        static void Refused(byte[] bytes)
        {
            CorruptionException error = Assert.Throws<CorruptionException>(() => DefinitionFile.TryRead(FolderOf(With(bytes))))!;
            Assert.That(error.File, Is.EqualTo(DefinitionFileSample.File));
            Assert.That(error.Message, Does.Contain("move it away").And.Contain("events are not affected"));
        }
    }

    [Test]
    public void TryRead_AFileOfANewerProgram_SaysSoAndDoesNotAdviseToMoveIt()
    {
        byte[] file = DefinitionFileWriter.Write(Content);
        file[DefinitionFileFormat.VersionOffset] = 2;
        BitConverter.TryWriteBytes(file.AsSpan(DefinitionFileFormat.ChecksumOffset), DefinitionFileFormat.ChecksumOf(file));
        CorruptionException error = Assert.Throws<CorruptionException>(() => DefinitionFile.TryRead(FolderOf(With(file))))!;
        Assert.That(error.Message, Does.Contain("version 2").And.Contain("newer program").And.Not.Contain("move it away"));
        file[^1] ^= 1;
        Assert.That(
            () => DefinitionFile.TryRead(FolderOf(With(file))), Throws.TypeOf<CorruptionException>().With.Message.Contains("move it away"));
    }

    [Test]
    public void Open_AForeignFileOfTheName_IsRefusedAndNotReplaced()
    {
        SimFileSystem files = With("the words of somebody else"u8.ToArray());
        Assert.That(() => Open(files), Throws.TypeOf<CorruptionException>());
        Assert.That(Bytes(files), Is.EqualTo("the words of somebody else"u8.ToArray()));
    }

    [Test]
    public void Register_ACrashAtAnyOperation_LeavesTheContentBeforeOrAfter()
    {
        SimFileSystem files = NewFiles(record: true);
        DefinitionRegistry<string> registry = Open(files);
        List<(int Operations, byte[]? Content)> acknowledged = [(files.OperationCount, null)];
        Do(() => registry.Register(Feed(1)));
        Do(() => registry.Register(Feed(2)));
        Do(() => registry.RollBack("feed"));
        Do(() => registry.StartShadow("feed", Feed(9), 1));
        Do(() => registry.Retire("feed"));
        SimRecording recording = files.Recording();
        for (int i = 1; i < acknowledged.Count; i++)
        {
            for (int operation = acknowledged[i - 1].Operations; operation <= acknowledged[i].Operations; operation++)
            {
                for (ulong seed = 0; seed < 20; seed++)
                {
                    SimFileSystem after = new(recording.CrashImage(operation, seed));
                    byte[]? found = DefinitionFile.TryRead(FolderOf(after))?.Bytes;
                    bool isBefore = Equal(found, acknowledged[i - 1].Content);
                    bool isDone = operation == acknowledged[i].Operations;
                    Assert.That(
                        (isBefore && !isDone) || Equal(found, acknowledged[i].Content),
                        $"change {i}, operation {operation}, seed {seed}: {(isBefore ? "the change is lost" : "neither content")}");
                }
            }
        }

        void Do(Action change)
        {
            change();
            acknowledged.Add((files.OperationCount, Bytes(files)));
        }

        static bool Equal(byte[]? one, byte[]? other) =>
            one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);
    }

    [Test]
    public void Register_AnyOperationFails_ChangesNothingThatIsServedAndTheNextSucceeds([Values] bool isDiskFull)
    {
        for (int failing = 0; ; failing++)
        {
            SimFileSystem files = NewFiles();
            DefinitionRegistry<string> registry = Open(files);
            registry.Register(Feed(1));
            byte[] before = Bytes(files);
            int seen = 0;
            bool hasFailed = false;
            files.Refuses = operation =>
            {
                bool fails = isDiskFull ? operation.Kind == SimOperationKind.Write : seen++ == failing;
                hasFailed |= fails;
                return fails;
            };
            Exception? error = Failure(() => registry.Register(Feed(2)));
            files.Refuses = null;
            if (!hasFailed)
            {
                Assert.That(failing, Is.GreaterThan(3), "open, write, sync, rename, sync of the folder");
                return;
            }

            Assert.That(error, Is.InstanceOf<FileOperationException>(), $"operation {failing}");
            Assert.That(Served(registry), Is.EqualTo("feed v1 size 10"));
            Assert.That(registry.Versions("feed"), Has.Count.EqualTo(1));
            bool isRenamed = !Bytes(files).AsSpan().SequenceEqual(before);
            Assert.That(isRenamed && isDiskFull, Is.False);

            // The same content as before has to reach the file now, if the one that failed may be there.
            registry.Register(Feed(1));
            Assert.That(Bytes(files), Is.EqualTo(before), $"operation {failing}");
            registry.Register(Feed(3));
            Assert.That(Served(Open(files)), Is.EqualTo("feed v3 size 10"));
            if (isDiskFull)
            {
                return;
            }
        }

        static Exception? Failure(Action change)
        {
            try
            {
                change();
                return null;
            }
            catch (SignalsException refused)
            {
                return refused;
            }
        }
    }

    [Test]
    public void Keep_TheSameAgain_WritesNothing()
    {
        SimFileSystem files = NewFiles(record: true);
        DefinitionRegistry<string> registry = Open(files);
        Assert.That(files.FileExists(DefinitionFileSample.File), Is.False, "nothing is registered");
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        int operations = files.OperationCount;
        registry.Register(Feed(2));
        DefinitionRegistry<string> again = Open(files);
        again.Register(Feed(2));
        again.Activate("feed", 2);
        Assert.That(files.OperationCount, Is.EqualTo(operations));
    }

    [Test]
    public void Keep_AfterClose_IsRefused()
    {
        SimFileSystem files = NewFiles();
        DefinitionFileKeeper keeper = new(FolderOf(files), new FailStop(), history: null);
        DefinitionRegistry<string> registry = new(Compile, keeper: keeper);
        registry.Register(Feed(1));
        keeper.Close();
        Assert.That(() => registry.Register(Feed(2)), Throws.TypeOf<ObjectDisposedException>(), "another process may have the folder");
        Assert.That(() => registry.Register(Feed(1)), Throws.Nothing, "nothing is written for it");
    }

    [Test]
    public void Keep_MoreThanAFileMayHold_IsRefused()
    {
        SimFileSystem files = NewFiles();
        DefinitionFileKeeper keeper = new(FolderOf(files), new FailStop(), history: null);
        StoredVersion large = new(1, new byte[1 << 20], UInt128.One, 0, StoredVersion.StillServed, HasOwnStages: false);
        DefinitionException error = Assert.Throws<DefinitionException>(() => keeper.Keep(
            [.. Enumerable.Range(0, 65).Select(i => new StoredHistory { Name = $"feed{i}", Owner = "ranking", Versions = [large] })]))!;
        Assert.That(error.Message, Does.Contain("Remove definitions"));
        Assert.That(files.FileExists(DefinitionFileSample.File), Is.False);
    }

    private static SimFileSystem With(byte[] bytes)
    {
        SimFileSystem files = NewFiles();
        using IFile file = files.Open(DefinitionFileSample.File, FileOpenMode.CreateNew);
        file.Write(0, bytes);
        return files;
    }
}
