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

try
{
    switch (args)
    {
        case ["budget", .. string[] rest]:
            return BudgetCommand.Parse(rest).Run();
        case ["capacity", .. string[] rest]:
            return CapacityCommand.Parse(rest).Run();
        case ["checkpoint", .. string[] rest]:
            return CheckpointCommand.Parse(rest).Run();
        case ["cliffs", .. string[] rest]:
            return CliffsCommand.Parse(rest).Run();
        case ["cold", .. string[] rest]:
            return ColdCommand.Parse(rest).Run();
        case ["compare", .. string[] rest]:
            return new CompareCommand(CompareOptions.Parse(rest)).Run();
        case ["fill", .. string[] rest]:
            return FillCommand.Run(rest);
        case ["histories", .. string[] rest]:
            return HistoriesCommand.Parse(rest).Run();
        case ["import", .. string[] rest]:
            return ImportCommand.Run(rest);
        case ["lake", .. string[] rest]:
            return LakeCommand.Run(rest);
        case ["kafka", .. string[] rest]:
            return KafkaCommand.Parse(rest).Run();
        case ["kafka-log", .. string[] rest]:
            return KafkaLogCommand.Parse(rest).Run();
        case ["local-reads", .. string[] rest]:
            return LocalReadsCommand.Parse(rest).Run();
        case ["micro", .. string[] rest]:
            return MicroCommand.Run(rest);
        case ["noisy", .. string[] rest]:
            return NoisyCommand.Parse(rest).Run();
        case ["openings", .. string[] rest]:
            return OpeningsCommand.Run(rest);
        case ["profile", .. string[] rest]:
            return ProfileCommand.Parse(rest).Run();
        case ["receipts", .. string[] rest]:
            return ReceiptsCommand.Parse(rest).Run();
        case ["round", .. string[] rest]:
            return RoundCommand.Run(rest);
        case ["scan", .. string[] rest]:
            return ScanCommand.Parse(rest).Run();
        case ["simulate", .. string[] rest]:
            return SimulateCommand.Parse(rest).Run();
        case ["soak", .. string[] rest]:
            return SoakCommand.Parse(rest).Run();
        case ["training", .. string[] rest]:
            return TrainingCommand.Parse(rest).Run();
        case ["typed", .. string[] rest]:
            return TypedCommand.Run(rest);
        case ["vectors", .. string[] rest]:
            return VectorCommand.Parse(rest).Run();
        case ["serving", .. string[] rest]:
            return ServingCommand.Parse(rest).Run();
        case ["sizes", .. string[] rest]:
            return SizesCommand.Run(rest);
        default:
            Console.Error.WriteLine(CompareOptions.Usage);
            Console.Error.WriteLine(BudgetCommand.Usage);
            Console.Error.WriteLine(CapacityCommand.Usage);
            Console.Error.WriteLine(CheckpointCommand.Usage);
            Console.Error.WriteLine(CliffsCommand.Usage);
            Console.Error.WriteLine(ColdCommand.Usage);
            Console.Error.WriteLine(HistoriesCommand.Usage);
            Console.Error.WriteLine(ImportCommand.Usage);
            Console.Error.WriteLine(LakeCommand.Usage);
            Console.Error.WriteLine(KafkaCommand.Usage);
            Console.Error.WriteLine(LocalReadsCommand.Usage);
            Console.Error.WriteLine(MicroCommand.Usage);
            Console.Error.WriteLine(NoisyCommand.Usage);
            Console.Error.WriteLine(ProfileCommand.Usage);
            Console.Error.WriteLine(ReceiptsCommand.Usage);
            Console.Error.WriteLine(ScanCommand.Usage);
            Console.Error.WriteLine(ServingCommand.Usage);
            Console.Error.WriteLine(SimulateCommand.Usage);
            Console.Error.WriteLine(SizesCommand.Usage);
            Console.Error.WriteLine(SoakCommand.Usage);
            Console.Error.WriteLine(TrainingCommand.Usage);
            Console.Error.WriteLine(TypedCommand.Usage);
            Console.Error.WriteLine(VectorCommand.Usage);
            return 2;
    }
}
catch (FormatException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
