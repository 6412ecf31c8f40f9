using ParquetSharp;
using Signals.Parquet.Layout;
using Signals.Parquet.Reading;

namespace Signals.Parquet.Training;

/// <summary>Goes through the rows of the files below a path. Thread contract: one thread for each enumeration.</summary>
internal sealed class InputReader(string path, ParquetTrainingInputOptions options)
{
    private const int BatchRows = 4096;

    /// <summary>The rows, each as the batch that holds it and its place there; it is valid until the next one is asked for.</summary>
    /// <param name="needed">The columns that each file must have.</param>
    /// <param name="taken">The columns that are taken where a file has them.</param>
    public IEnumerable<(InputGroup Group, int Row)> Read(InputParts needed, InputParts taken)
    {
        IReadOnlyList<SourcePath> sources = SourcePath.List(path, null);
        if (sources.Count == 0)
        {
            throw new FileNotFoundException($"There is no file that ends with '{LakeFormat.Extension}' below '{path}'.", path);
        }

        foreach (SourcePath source in sources)
        {
            using SourceFile file = SourceFile.Open(source.File);
            for (int number = 0; number < file.RowGroups; number++)
            {
                using RowGroupReader reader = file.OpenGroup(number);
                using InputGroup group = new(file, new GroupPlace(file.Path, number, reader), options, BatchRows);
                group.Open(needed, taken);
                long rows = reader.MetaData.NumRows;
                for (long done = 0; done < rows;)
                {
                    int count = (int)Math.Min(BatchRows, rows - done);
                    group.Read(done, count);
                    for (int row = 0; row < count; row++)
                    {
                        yield return (group, row);
                    }

                    done += count;
                }
            }
        }
    }
}
