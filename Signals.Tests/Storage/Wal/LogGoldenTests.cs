using Signals.Storage.FileSystem;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Wal;

/// <summary>
/// Pins format version 1, byte by byte: a change here makes stores of released versions unreadable. The bytes are explained in
/// <c>docs/formats/log.md</c>.
/// </summary>
[Category("Fast")]
internal sealed class LogGoldenTests
{
    private const string File = "d/000007.log";
    private const int FixedSize = 4096 + 256;

    private const string HeaderStart = "5349474E4C4F4731" + "0100000000000000" + "0700000000000000" + "0011000000000000";
    private const string HeaderChecksum = "8243C5BA";
    private const string First =
        "DF2C53A5" + "05000000" + "0700000000000000" + "6400000000000000" + "0010000000000000" + "0500000000000000"
        + "68656C6C6F000000";
    private const string Second =
        "36B9C810" + "08000000" + "0700000000000000" + "6500000000000000" + "3010000000000000" + "0D00000000000000"
        + "7369676E616C7321";
    private const string Seal =
        "B96C44F0" + "00000000" + "0700000000000000" + "6600000000000000" + "6010000000000000" + "0D00000000000000";

    [Test]
    public void Write_KnownEntries_GivesTheGoldenBytes()
    {
        var files = new SimFileSystem();
        files.CreateDirectory("d");
        using (LogWriter log = LogWriter.Create(files, File, logNumber: 7, firstSequence: 100, FixedSize))
        {
            log.Append("hello"u8, new(5));
            log.Sync();
            log.Append("signals!"u8, new(13));
            log.Seal();
        }

        using IFile file = files.Open(File, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        Assert.That(Convert.ToHexString(bytes), Is.EqualTo(Golden()));
    }

    [Test]
    public void Replay_GoldenBytes_GivesTheEntries()
    {
        var files = new SimFileSystem();
        files.CreateDirectory("d");
        using (IFile file = files.Open(File, FileOpenMode.CreateNew))
        {
            file.Write(0, Convert.FromHexString(Golden()));
        }

        var entries = new List<(string, long)>();
        LogReplay replay = LogReader.Replay(files, File, 7, 100, isLast: false, (payload, position) =>
            entries.Add((System.Text.Encoding.ASCII.GetString(payload), position.Value)));
        Assert.That(entries, Is.EqualTo(new[] { ("hello", 5L), ("signals!", 13L) }));
        Assert.That(replay, Is.EqualTo(new LogReplay(7, 4096 + 136, 2, 103, new(13), Torn: false, Sealed: true)));
    }

    private static string Golden()
    {
        string header = HeaderStart + new string('0', (2 * (LogFormat.HeaderBytes - sizeof(uint))) - HeaderStart.Length);
        string entries = First + Second + Seal;
        return header + HeaderChecksum + entries + new string('0', (2 * (FixedSize - LogFormat.HeaderBytes)) - entries.Length);
    }
}
