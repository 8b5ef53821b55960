package wasmbin

// Op is an instruction's code, those with a prefix as 0xfc00 or 0xfd00 and the
// number after it.
type Op uint16

const (
	Unreachable Op = 0x00
	Block       Op = 0x02
	Loop        Op = 0x03
	If          Op = 0x04
	Else        Op = 0x05
	End         Op = 0x0b
	Br          Op = 0x0c
	BrIf        Op = 0x0d
	BrTable     Op = 0x0e
	Return      Op = 0x0f
	Call        Op = 0x10
	Drop        Op = 0x1a
	Select      Op = 0x1b

	LocalGet  Op = 0x20
	LocalSet  Op = 0x21
	LocalTee  Op = 0x22
	GlobalGet Op = 0x23
	GlobalSet Op = 0x24

	I32Load    Op = 0x28
	I64Load    Op = 0x29
	F32Load    Op = 0x2a
	F64Load    Op = 0x2b
	I32Load8S  Op = 0x2c
	I32Load8U  Op = 0x2d
	I32Load16S Op = 0x2e
	I32Load16U Op = 0x2f
	I64Load8U  Op = 0x31
	I64Load32U Op = 0x35
	I32Store   Op = 0x36
	I64Store   Op = 0x37
	F32Store   Op = 0x38
	F64Store   Op = 0x39
	I32Store8  Op = 0x3a
	I32Store16 Op = 0x3b
	MemorySize Op = 0x3f
	MemoryGrow Op = 0x40

	I32Const Op = 0x41
	I64Const Op = 0x42
	F32Const Op = 0x43
	F64Const Op = 0x44

	I32Eqz Op = 0x45
	I32Eq  Op = 0x46
	I32Ne  Op = 0x47
	I32LtS Op = 0x48
	I32LtU Op = 0x49
	I32GtS Op = 0x4a
	I32GtU Op = 0x4b
	I32LeS Op = 0x4c
	I32LeU Op = 0x4d
	I32GeS Op = 0x4e
	I32GeU Op = 0x4f
	I64Eqz Op = 0x50
	I64Eq  Op = 0x51 // the others follow as for I32
	F32Eq  Op = 0x5b
	F64Eq  Op = 0x61
	F64Ne  Op = 0x62
	F64Ge  Op = 0x66

	I32Clz    Op = 0x67
	I32Ctz    Op = 0x68
	I32Popcnt Op = 0x69
	I32Add    Op = 0x6a // Sub Mul DivS DivU RemS RemU And Or Xor Shl ShrS ShrU Rotl Rotr follow
	I32Sub    Op = 0x6b
	I32Mul    Op = 0x6c
	I32And    Op = 0x71
	I32Xor    Op = 0x73
	I32Shl    Op = 0x74
	I32ShrS   Op = 0x75
	I64Clz    Op = 0x79
	I64Ctz    Op = 0x7a
	I64Popcnt Op = 0x7b
	I64Add    Op = 0x7c
	I64Sub    Op = 0x7d
	I64Xor    Op = 0x85
	F32Abs    Op = 0x8b
	F32Neg    Op = 0x8c
	F32Add    Op = 0x92
	F64Abs    Op = 0x99
	F64Neg    Op = 0x9a
	F64Ceil   Op = 0x9b
	F64Floor  Op = 0x9c
	F64Trunc  Op = 0x9d
	F64Near   Op = 0x9e
	F64Sqrt   Op = 0x9f
	F64Add    Op = 0xa0 // Sub Mul Div Min Max Copysign follow
	F64Min    Op = 0xa4
	F64Max    Op = 0xa5
	F64CopySg Op = 0xa6

	I32WrapI64    Op = 0xa7
	I64ExtendI32S Op = 0xac
	I64ExtendI32U Op = 0xad
	F32ConvertI32 Op = 0xb2 // S; U, I64S, I64U follow
	F32DemoteF64  Op = 0xb6
	F64ConvertI32 Op = 0xb7 // S; U, I64S, I64U follow
	F64PromoteF32 Op = 0xbb
	I32BitsF32    Op = 0xbc
	I64BitsF64    Op = 0xbd
	F32BitsI32    Op = 0xbe
	F64BitsI64    Op = 0xbf
	I32Extend8S   Op = 0xc0
	I32Extend16S  Op = 0xc1

	I32TruncSatF32S Op = 0xfc00 // U, F64S, F64U follow, then the same for I64
	MemoryCopy      Op = 0xfc0a
	MemoryFill      Op = 0xfc0b
)

// Vectors of 128 bits. An instruction's lane, and the bits of each half of a
// constant, are in Instr's A.
const (
	V128Load         Op = 0xfd00
	V128Load64Splat  Op = 0xfd0a
	V128Store        Op = 0xfd0b
	V128Const        Op = 0xfd0c
	I64x2Splat       Op = 0xfd12
	F64x2Splat       Op = 0xfd14
	F64x2Lane        Op = 0xfd21
	F64x2ReplaceLane Op = 0xfd22
	F64x2Eq          Op = 0xfd47 // Ne Lt Gt Le Ge follow
	F64x2Le          Op = 0xfd4b
	V128And          Op = 0xfd4e
	V128AndNot       Op = 0xfd4f // the first and not the second
	V128Or           Op = 0xfd50
	V128Xor          Op = 0xfd51
	I64x2AllTrue     Op = 0xfdc3
	I64x2Shl         Op = 0xfdcb
	I64x2ShrU        Op = 0xfdcd
	I64x2Add         Op = 0xfdce
	I64x2Sub         Op = 0xfdd1
	F64x2Add         Op = 0xfdf0
	F64x2Sub         Op = 0xfdf1
	F64x2Mul         Op = 0xfdf2
)

// Empty is the type of a block that gives nothing.
const Empty = 0x40

func (o Op) accesses() bool {
	return o >= I32Load && o <= 0x3e || o == V128Load || o == V128Load64Splat || o == V128Store
}

// alignment is log2 of the bytes that an access takes.
func (o Op) alignment() uint32 {
	switch o {
	case I32Load8S, I32Load8U, I64Load8U, I32Store8:
		return 0
	case I32Load16S, I32Load16U, I32Store16:
		return 1
	case I64Load, F64Load, I64Store, F64Store, V128Load64Splat:
		return 3
	case V128Load, V128Store:
		return 4
	}
	return 2
}

func (o Op) compares() bool { return o >= I32Eqz && o <= F64Ge }

// inverse are the comparisons that say the opposite. There are none of floats
// but == and !=, because of NaN.
var inverse = map[Op]Op{
	I32Eq: I32Ne, I32Ne: I32Eq, I32LtS: I32GeS, I32GeS: I32LtS, I32LtU: I32GeU, I32GeU: I32LtU,
	I32GtS: I32LeS, I32LeS: I32GtS, I32GtU: I32LeU, I32LeU: I32GtU,
	I64Eq: I64Eq + 1, I64Eq + 1: I64Eq, I64Eq + 2: I64Eq + 8, I64Eq + 8: I64Eq + 2, I64Eq + 3: I64Eq + 9, I64Eq + 9: I64Eq + 3,
	I64Eq + 4: I64Eq + 6, I64Eq + 6: I64Eq + 4, I64Eq + 5: I64Eq + 7, I64Eq + 7: I64Eq + 5,
	F64Eq: F64Ne, F64Ne: F64Eq,
}
