using System.Text;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.FileSystem;

/// <summary>The file that tells the folder of a store that was never finished from a folder of another program.</summary>
[Category("Fast")]
internal sealed class LockOwnerTests
{
    private const string Path = "/store/LOCK";

    [Test]
    public void Record_FirstOwner_SurvivesAnyPowerCut()
    {
        SimFileSystem files = new();
        files.CreateDirectory("/store");
        files.SyncDirectory("/");
        using (IFile file = files.Open(Path, FileOpenMode.CreateNew))
        {
            LockOwner.Record(files, file);
        }

        SimRecording recording = files.Recording();
        for (ulong seed = 0; seed < 50; seed++)
        {
            SimFileSystem after = new(recording.CrashImage(recording.Operations.Count, seed));
            Assert.That(after.FileExists(Path), $"seed {seed}");
            Assert.That(Text(after), Is.EqualTo(LockOwner.Describe()), $"seed {seed}");
        }
    }

    [Test]
    public void Record_NextOwner_LeavesNothingOfALongerOne()
    {
        SimFileSystem files = new();
        files.CreateDirectory("/store");
        using (IFile file = files.Open(Path, FileOpenMode.CreateNew))
        {
            file.Write(0, Encoding.UTF8.GetBytes("process 4294967296 (" + new string('x', 200) + ")"));
            LockOwner.Record(files, file);
        }

        Assert.That(Text(files), Is.EqualTo(LockOwner.Describe()));
    }

    private static string Text(SimFileSystem files)
    {
        using IFile file = files.Open(Path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        int count = file.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}
