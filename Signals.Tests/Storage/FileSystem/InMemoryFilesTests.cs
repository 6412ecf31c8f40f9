using Signals.Storage.FileSystem;

namespace Signals.Tests.Storage.FileSystem;

/// <summary>Files in memory behave like those of the machine, operation by operation.</summary>
[Category("Fast")]
internal sealed class InMemoryFilesTests
{
    [Test]
    public void Operations_AtRandom_AreThoseOfTheMachinesFileSystem()
    {
        string folder = Directory.CreateTempSubdirectory("signals-").FullName;
        try
        {
            for (int seed = 0; seed < 20; seed++)
            {
                Compare(Path.Combine(folder, $"{seed}"), seed);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Rename_OutOfTheMemory_IsRefused()
    {
        InMemoryFileSystem files = new("/nowhere/memory", FileSystems.ForThisMachine());
        files.CreateDirectory("/nowhere/memory");
        files.Open("/nowhere/memory/a", FileOpenMode.CreateNew).Dispose();
        Assert.That(() => files.Rename("/nowhere/memory/a", "/nowhere/memory2"), Throws.InstanceOf<FileOperationException>());
        Assert.That(files.TryLink("/nowhere/memory/a", "/nowhere/a"), Is.False);
        Assert.That(files.FileExists("/nowhere/memory/a"));
        Assert.That(files.DirectoryExists("/nowhere"), Is.False, "what is not below the folder is the machine's");
    }

    [Test]
    public void Lock_Twice_NamesTheHolderUntilItIsGivenUp()
    {
        InMemoryFileSystem files = new("/nowhere/memory", FileSystems.ForThisMachine());
        files.CreateDirectory("/nowhere/memory");
        using (files.Lock("/nowhere/memory/LOCK"))
        {
            Assert.That(() => files.Lock("/nowhere/memory/LOCK"), Throws.InstanceOf<StoreLockedException>());
        }

        files.Lock("/nowhere/memory/LOCK").Dispose();
    }

    private static void Compare(string folder, int seed)
    {
        IFileSystem real = FileSystems.ForThisMachine();
        InMemoryFileSystem memory = new(folder, real);
        InMemoryFileSystem elsewhere = new(folder + "-none", real); // passes everything on
        IFileSystem[] both = [memory, elsewhere];
        Array.ForEach(both, files => files.CreateDirectory(Path.Combine(folder, "d")));
        Random random = new(seed);
        string[] names = [.. new[] { "a", "b", "d/a", "e", "e/a" }.Select(name => Path.Combine(folder, name))];
        for (int step = 0; step < 400; step++)
        {
            string one = names[random.Next(names.Length)];
            string two = names[random.Next(names.Length)];
            int kind = random.Next(11);
            int at = random.Next(60_000);
            int length = random.Next(20_000);
            byte fill = (byte)random.Next(3);
            string[] outcomes = [.. both.Select(files => Do(files, kind, one, two, (at, length, fill)))];
            Assert.That(outcomes[0], Is.EqualTo(outcomes[1]), $"seed {seed}, step {step}: operation {kind} of {one} and {two}");
        }
    }

    private static string Do(IFileSystem files, int kind, string one, string two, (int At, int Length, byte Fill) data)
    {
        try
        {
            return kind switch
            {
                0 => Use(files.Open(one, FileOpenMode.CreateNew), file => Write(file, data)),
                1 when !files.DirectoryExists(one) => Use(files.Open(one, FileOpenMode.ReadWrite), file => Write(file, data)),
                2 when !files.DirectoryExists(one) => Use(files.Open(one, FileOpenMode.Read), file => Content(file, data.At)),
                3 when !files.DirectoryExists(one) => Use(files.Open(one, FileOpenMode.ReadWrite), file => Cut(file, data)),
                4 => Done(() => files.Delete(one)),
                5 when one != two && !files.DirectoryExists(two) && !files.DirectoryExists(one) => Done(() => files.Rename(one, two)),
                6 when !files.DirectoryExists(one) => $"{files.TryLink(one, two)}",
                7 => $"{files.FileExists(one)} {files.IdentityOf(one) is not null}",
                8 => string.Join(' ', files.ListFiles(Path.GetDirectoryName(one)!).Order(StringComparer.Ordinal)),
                9 when one.EndsWith('e') && !files.FileExists(one) => Done(() => files.CreateDirectory(one)),
                10 when one.EndsWith('e') && !files.FileExists(one) => Done(() => files.DeleteDirectory(one)),
                _ => "nothing",
            };
        }
        catch (FileOperationException)
        {
            return "refused";
        }
    }

    private static string Write(IFile file, (int At, int Length, byte Fill) data)
    {
        byte[] bytes = new byte[data.Length];
        Array.Fill(bytes, data.Fill);
        file.Write(data.At, bytes.AsSpan(0, data.Length / 2), bytes.AsSpan(data.Length / 2));
        return $"{file.Length}";
    }

    private static string Cut(IFile file, (int At, int Length, byte Fill) data)
    {
        file.SetLength(data.At);
        return Content(file, 0);
    }

    private static string Content(IFile file, int at)
    {
        byte[] bytes = new byte[70_000];
        int count = file.Read(at, bytes);
        HashCode hash = new();
        hash.AddBytes(bytes.AsSpan(0, count));
        return $"{count} of {file.Length}: {hash.ToHashCode()}";
    }

    private static string Use(IFile file, Func<IFile, string> work)
    {
        using (file)
        {
            return work(file);
        }
    }

    private static string Done(Action work)
    {
        work();
        return "done";
    }
}
