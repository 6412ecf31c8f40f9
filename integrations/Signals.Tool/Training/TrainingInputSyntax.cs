using System.CommandLine;
using Signals.Parquet;

namespace Signals.Tool.Training;

/// <summary>The options of labels and receipts in Parquet. They are added to one command.</summary>
internal sealed class TrainingInputSyntax
{
    private readonly Option<string?> _user = Syntax.Text("--user", "COLUMN", "Inputs as Parquet: the column of the user.");
    private readonly Option<string> _userKind =
        Syntax.Choice<ParquetUserKind>("--user-kind", "Inputs as Parquet: what that column holds");

    private readonly Option<string?> _time =
        Syntax.Text("--time", "COLUMN", "Inputs as Parquet: the column of the time; 'time' by default.");

    private readonly Option<string> _timeUnit =
        Syntax.Choice("--time-unit", "Inputs as Parquet: the unit of plain numbers", ParquetTimeUnit.Milliseconds);

    public TrainingInputSyntax() => Options = [_user, _userKind, _time, _timeUnit];

    public List<Option> Options { get; }

    public ParquetTrainingInputOptions Read(ParseResult line) => new()
    {
        UserColumn = line.GetValue(_user),
        UserKind = line.Chosen<ParquetUserKind>(_userKind),
        TimeColumn = line.GetValue(_time) ?? "time",
        TimeUnit = line.Chosen<ParquetTimeUnit>(_timeUnit),
    };
}
