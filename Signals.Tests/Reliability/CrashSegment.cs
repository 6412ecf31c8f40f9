using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>A segment of a crash workload: rows of one event type, each of another event. Immutable.</summary>
internal sealed record CrashSegment(int Type, long Generation, CrashPatch[] Rows)
{
    private const string Scratch = "scratch";

    /// <summary>The stamp of all that it says.</summary>
    public ulong Stamp => ((ulong)Generation << 16) + 1;

    /// <summary>Its file, made on a disk of its own.</summary>
    public byte[] Write()
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory(Scratch);
        string path = Path.Combine(Scratch, "made.seg");
        EventTypeSchema type = CrashSchema.Define()[CrashSchema.Names[Type]];
        using (SegmentWriter writer = SegmentWriter.Create(
            files, path, type, new SegmentOptions { Generation = Generation, Source = "crash" }))
        {
            Array.ForEach(Rows, row => Add(writer, type, row));
            writer.Finish();
        }

        using IFile file = files.Open(path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static void Add(SegmentWriter writer, EventTypeSchema type, CrashPatch row)
    {
        CrashEvent e = row.Event;
        switch (row.Marks)
        {
            case RowMarks.Retract:
                writer.Retract(CrashSchema.UserOf(e.User), e.Time, e.Id);
                break;
            case RowMarks.Insert:
                CrashSchema.Fill(writer.Insert(CrashSchema.UserOf(e.User), e.Time, e.Id), type, e);
                break;
            default:
                CrashSchema.Fill(writer.Correct(CrashSchema.UserOf(e.User), e.Time, e.Id), type, e);
                break;
        }
    }
}
