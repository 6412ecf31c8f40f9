using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using Signals.Samples.ConsoleHost.Csv;

namespace Signals.Tests.Scenarios;

/// <summary>
/// Real event data that is not part of this repository: looked for where SIGNALS_DATA says, else in ../shared/data beside the repository.
/// Where it is absent its tests are skipped, saying so.
/// </summary>
internal static class DataSet
{
    /// <summary>The path of a file of the data; ends the test as skipped where there is none.</summary>
    public static string Require(string file)
    {
        string? folder = Environment.GetEnvironmentVariable("SIGNALS_DATA") ?? Beside();
        string? path = folder is null ? null : Path.Combine(folder, file);
        if (path is null || !File.Exists(path))
        {
            Assert.Ignore($"'{file}' is not there; set SIGNALS_DATA to the folder of the data.");
        }

        return path!;
    }

    /// <summary>The first rows of a gzipped CSV file, without its header; of each so many the first alone.</summary>
    public static async IAsyncEnumerable<string[]> ReadAsync(string path, int rows, int every = 1)
    {
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read);
        await using GZipStream content = new(file, CompressionMode.Decompress);
        await using CsvReader reader = new(PipeReader.Create(content));
        int row = -1;
        while (await reader.WaitAsync())
        {
            while (reader.TryRead())
            {
                if (++row == 0 || row % every != 0)
                {
                    continue;
                }

                if (row / every > rows)
                {
                    yield break;
                }

                string[] fields = new string[reader.Row.FieldCount];
                for (int i = 0; i < fields.Length; i++)
                {
                    fields[i] = Encoding.UTF8.GetString(reader.Row.Field(i));
                }

                yield return fields;
            }
        }
    }

    private static string? Beside()
    {
        DirectoryInfo? root = new(TestContext.CurrentContext.TestDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Signals.sln")))
        {
            root = root.Parent;
        }

        return root?.Parent is null ? null : Path.Combine(root.Parent.FullName, "shared", "data");
    }
}
