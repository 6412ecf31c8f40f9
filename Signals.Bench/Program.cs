using System.CommandLine;
using Signals.Bench;
using Signals.Bench.Capacity;
using Signals.Bench.Checkpoints;
using Signals.Bench.Cliffs;
using Signals.Bench.Clusters;
using Signals.Bench.Cold;
using Signals.Bench.Compare;
using Signals.Bench.Histories;
using Signals.Bench.Import;
using Signals.Bench.Kafka;
using Signals.Bench.Lake;
using Signals.Bench.LocalReads;
using Signals.Bench.Memory;
using Signals.Bench.Micro;
using Signals.Bench.Openings;
using Signals.Bench.Receipts;
using Signals.Bench.Scans;
using Signals.Bench.Serving;
using Signals.Bench.Sizes;
using Signals.Bench.Soak;
using Signals.Bench.Tenants;
using Signals.Bench.TrainingSets;
using Signals.Bench.Vectors;
using Signals.Tool;

BenchCommand[] commands =
[
    CompareCommand.Syntax(), BudgetCommand.Syntax(), CapacityCommand.Syntax(), CheckpointCommand.Syntax(), CliffsCommand.Syntax(),
    ColdCommand.Syntax(), HistoriesCommand.Syntax(), ImportCommand.Syntax(), LakeCommand.Syntax(), KafkaCommand.Syntax(),
    LocalReadsCommand.Syntax(), MicroCommand.Syntax(), NoisyCommand.Syntax(), OpeningsCommand.Syntax(), ProfileCommand.Syntax(),
    ReceiptsCommand.Syntax(), ScanCommand.Syntax(), ServingCommand.Syntax(), SimulateCommand.Syntax(), SizesCommand.Syntax(),
    SoakCommand.Syntax(), TrainingCommand.Syntax(), TypedCommand.Syntax(), VectorCommand.Syntax(),

    // What these do is a part of another command, in a process of its own.
    FillCommand.Syntax(), KafkaLogCommand.Syntax(), RoundCommand.Syntax(),
];

RootCommand root = ProgramLine.CreateRoot("Signals.Bench", "Compares Signals with other stores, and measures its parts.");
Array.ForEach(commands, root.Add);
if (args.Length == 0)
{
    return Refuse("A command is missing.", listCommands: true);
}

ParseResult line = ProgramLine.Parse(root, args, out string? error);
if (error is not null)
{
    return Refuse(error, line.CommandResult.Command == root);
}

try
{
    return line.Invoke(ProgramLine.Into(Console.Out, Console.Error));
}
catch (FormatException wrong)
{
    return Refuse(wrong.Message, listCommands: false);
}

int Refuse(string message, bool listCommands)
{
    foreach (BenchCommand command in commands.Where(command => listCommands && !command.Hidden))
    {
        Console.Error.WriteLine(command.Synopsis);
    }

    Console.Error.WriteLine(message); // last, where it is seen
    return 2;
}
