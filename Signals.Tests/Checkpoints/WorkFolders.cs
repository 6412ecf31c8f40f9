using Signals.Checkpoints.Transfer;

namespace Signals.Tests.Checkpoints;

/// <summary>Work folders as a killed process leaves them. Threads: one for each folder.</summary>
internal static class WorkFolders
{
    /// <summary>Makes one, with the marker that a work folder has.</summary>
    public static void Leave(string path)
    {
        byte[] marker;
        using (new WorkFolder(path))
        {
            marker = File.ReadAllBytes(Path.Combine(path, "SIGNALS-WORK"));
        }

        Directory.CreateDirectory(path);
        File.WriteAllBytes(Path.Combine(path, "SIGNALS-WORK"), marker);
    }
}
