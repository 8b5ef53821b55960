#include "textflag.h"

// The sums are of 32 bits, as addresses are; so WebAssembly engines need not cut
// registers down to them before each use.

#define WORD(at, from) \
	Get from            \
	I32WrapI64          \
	I32Load $(at)

// AT makes to the address of element i, which is on the stack, of those at base.
#define AT(base, shift, to) \
	I32Const $(shift)   \
	I32Shl              \
	Get base            \
	I32WrapI64          \
	I32Add              \
	I64ExtendI32U       \
	Set to

// ROOT makes n the address of a tree's root, which is in nodes.
#define ROOT(n, tree, shift) \
	WORD(4*tree, R0)    \
	AT(R2, shift, n)

// NEXT goes on with the next eight of the R1 trees that the eights at R0 begin with,
// whose leaves go after those at R4.
#define NEXT \
	Get R0              \
	I64Const $36        \
	I64Add              \
	Set R0              \
	Get R4              \
	I64Const $32        \
	I64Add              \
	Set R4              \
	Get R1              \
	I64Const $8         \
	I64Sub              \
	Tee R1              \
	I64Const $0         \
	I64GtS              \
	BrIf $0

// MORE is for a tail of at least five trees.
#define MORE \
	Get R1              \
	I64Const $4         \
	I64GtS              \
	If

// DEPTH makes R13 the steps that there are to make, if there are any.
#define DEPTH \
	WORD(32, R0)        \
	I64ExtendI32U       \
	Tee R13             \
	I64Eqz              \
	I32Eqz              \
	If

// DEEPER goes round again until R13 steps were made.
#define DEEPER \
	Get R13             \
	I64Const $1         \
	I64Sub              \
	Tee R13             \
	I64Eqz              \
	I32Eqz              \
	BrIf $0

// STEP takes n, the address of a node, to the node's right child, or to the one
// before it where the feature is <= the threshold: engine/tree/walk.go, step.
#define STEP(n) \
	WORD(12, n)         \
	Get R3              \
	I32WrapI64          \
	WORD(8, n)          \
	I32Const $3         \
	I32Shl              \
	I32Add              \
	F64Load $0          \
	Get n               \
	I32WrapI64          \
	F64Load $0          \
	F64Le               \
	I32Sub              \
	AT(R2, 4, n)

// LEAF stores the number of the leaf at n.
#define LEAF(n, tree) \
	Get R4              \
	I32WrapI64          \
	WORD(0, n)          \
	I32Store $(4*tree)

// func walkEights(eights *eight, trees int, nodes *Node, row *float64, leaves *int32)
TEXT ·walkEights(SB), NOSPLIT, $0-40
	MOVD eights+0(FP), R0
	MOVD trees+8(FP), R1
	MOVD nodes+16(FP), R2
	MOVD row+24(FP), R3
	MOVD leaves+32(FP), R4

	Loop
		ROOT(R5, 0, 4)
		ROOT(R6, 1, 4)
		ROOT(R7, 2, 4)
		ROOT(R8, 3, 4)
		MORE
			ROOT(R9, 4, 4)
			ROOT(R10, 5, 4)
			ROOT(R11, 6, 4)
			ROOT(R12, 7, 4)
			DEPTH
				Loop
					STEP(R5)
					STEP(R6)
					STEP(R7)
					STEP(R8)
					STEP(R9)
					STEP(R10)
					STEP(R11)
					STEP(R12)
					DEEPER
				End
			End
			LEAF(R9, 4)
			LEAF(R10, 5)
			LEAF(R11, 6)
			LEAF(R12, 7)
		Else
			DEPTH
				Loop
					STEP(R5)
					STEP(R6)
					STEP(R7)
					STEP(R8)
					DEEPER
				End
			End
		End
		LEAF(R5, 0)
		LEAF(R6, 1)
		LEAF(R7, 2)
		LEAF(R8, 3)
		NEXT
	End
	RET

// NSTEP takes n, a node, to its left child, or to the right one if the bin makes
// it carry: engine/tree/walk_other.go, stepNarrow.
#define NSTEP(n) \
	Get n               \
	I32WrapI64          \
	Get n               \
	I32WrapI64          \
	I32Const $255       \
	I32And              \
	I32Const $2         \
	I32Shl              \
	Get R3              \
	I32WrapI64          \
	I32Add              \
	I32Load $0          \
	I32Add              \
	NODE(R14)           \
	I64ExtendI32U       \
	Set n

// NODE is the word after base that the left child on the stack is.
#define NODE(base) \
	I32Const $13        \
	I32ShrU             \
	I32Const $2         \
	I32Shl              \
	Get base            \
	I32WrapI64          \
	I32Add              \
	I32Load $0

// NROOT makes n a tree's root.
#define NROOT(n, tree) \
	WORD(4*tree, R0)    \
	AT(R2, 2, n)        \
	WORD(0, n)          \
	I64ExtendI32U       \
	Set n

// NLEAF stores the number of the leaf n, which is as far after numbers as n is after
// the first node of its eight trees.
#define NLEAF(n, tree, numbers) \
	Get R4              \
	I32WrapI64          \
	Get n               \
	I32WrapI64          \
	NODE(numbers)       \
	I32Store $(4*tree)

// FSTEP is NSTEP for a node of a second eight, which R15 is for as R14 for the
// first. It is in a register for a float, of which there are more left: its bits
// are moved, and never computed with.
#define FSTEP(n) \
	Get n               \
	I32ReinterpretF32   \
	Get n               \
	I32ReinterpretF32   \
	I32Const $255       \
	I32And              \
	I32Const $2         \
	I32Shl              \
	Get R3              \
	I32WrapI64          \
	I32Add              \
	I32Load $0          \
	I32Add              \
	NODE(R15)           \
	F32ReinterpretI32   \
	Set n

#define FROOT(n, tree) \
	WORD(36+4*tree, R0) \
	I32Const $2         \
	I32Shl              \
	Get R2              \
	I32WrapI64          \
	I32Add              \
	F32Load $0          \
	Set n

#define FLEAF(n, tree) \
	Get R4              \
	I32WrapI64          \
	Get n               \
	I32ReinterpretF32   \
	NODE(R15)           \
	I32Store $(32+4*tree)

// func walkNarrowEights(eights *eight, trees int, nodes *NarrowNode, numbers, bins, leaves *int32)
TEXT ·walkNarrowEights(SB), NOSPLIT, $0-48
	MOVD eights+0(FP), R0
	MOVD trees+8(FP), R1
	MOVD nodes+16(FP), R2
	MOVD bins+32(FP), R3
	MOVD leaves+40(FP), R4

	// Two eights at a time, as long as the second is a whole one: what a step waits
	// for in a large forest is the memory.
	Get R1
	I64Const $16
	I64GeS
	If
		Loop
			WORD(0, R0)
			AT(R2, 2, R14)
			WORD(36, R0)
			AT(R2, 2, R15)
			NROOT(R5, 0)
			NROOT(R6, 1)
			NROOT(R7, 2)
			NROOT(R8, 3)
			NROOT(R9, 4)
			NROOT(R10, 5)
			NROOT(R11, 6)
			NROOT(R12, 7)
			FROOT(F0, 0)
			FROOT(F1, 1)
			FROOT(F2, 2)
			FROOT(F3, 3)
			FROOT(F4, 4)
			FROOT(F5, 5)
			FROOT(F6, 6)
			FROOT(F7, 7)
			WORD(32, R0)
			WORD(68, R0)
			WORD(32, R0)
			WORD(68, R0)
			I32GtU
			Select
			I64ExtendI32U
			Tee R13
			I64Eqz
			I32Eqz
			If
				Loop
					NSTEP(R5)
					FSTEP(F0)
					NSTEP(R6)
					FSTEP(F1)
					NSTEP(R7)
					FSTEP(F2)
					NSTEP(R8)
					FSTEP(F3)
					NSTEP(R9)
					FSTEP(F4)
					NSTEP(R10)
					FSTEP(F5)
					NSTEP(R11)
					FSTEP(F6)
					NSTEP(R12)
					FSTEP(F7)
					DEEPER
				End
			End
			MOVD numbers+24(FP), R15
			WORD(0, R0)
			AT(R15, 2, R14)
			WORD(36, R0)
			AT(R15, 2, R15)
			NLEAF(R5, 0, R14)
			NLEAF(R6, 1, R14)
			NLEAF(R7, 2, R14)
			NLEAF(R8, 3, R14)
			NLEAF(R9, 4, R14)
			NLEAF(R10, 5, R14)
			NLEAF(R11, 6, R14)
			NLEAF(R12, 7, R14)
			FLEAF(F0, 0)
			FLEAF(F1, 1)
			FLEAF(F2, 2)
			FLEAF(F3, 3)
			FLEAF(F4, 4)
			FLEAF(F5, 5)
			FLEAF(F6, 6)
			FLEAF(F7, 7)
			Get R0
			I64Const $72
			I64Add
			Set R0
			Get R4
			I64Const $64
			I64Add
			Set R4
			Get R1
			I64Const $16
			I64Sub
			Tee R1
			I64Const $16
			I64GeS
			BrIf $0
		End
	End

	Get R1
	I64Eqz
	I32Eqz
	If
	Loop
		WORD(0, R0)
		AT(R2, 2, R14)
		NROOT(R5, 0)
		NROOT(R6, 1)
		NROOT(R7, 2)
		NROOT(R8, 3)
		MORE
			NROOT(R9, 4)
			NROOT(R10, 5)
			NROOT(R11, 6)
			NROOT(R12, 7)
			DEPTH
				Loop
					NSTEP(R5)
					NSTEP(R6)
					NSTEP(R7)
					NSTEP(R8)
					NSTEP(R9)
					NSTEP(R10)
					NSTEP(R11)
					NSTEP(R12)
					DEEPER
				End
			End
		Else
			DEPTH
				Loop
					NSTEP(R5)
					NSTEP(R6)
					NSTEP(R7)
					NSTEP(R8)
					DEEPER
				End
			End
		End
		MOVD numbers+24(FP), R15
		WORD(0, R0)
		AT(R15, 2, R15)
		NLEAF(R5, 0, R15)
		NLEAF(R6, 1, R15)
		NLEAF(R7, 2, R15)
		NLEAF(R8, 3, R15)
		MORE
			NLEAF(R9, 4, R15)
			NLEAF(R10, 5, R15)
			NLEAF(R11, 6, R15)
			NLEAF(R12, 7, R15)
		End
		NEXT
	End
	End
	RET

// SSTEP takes n, a node, to its right child, or to the one before it where the
// node's bit for the bin is 1: engine/tree/walk_other.go, stepSmall.
#define SSTEP(n) \
	Get n               \
	I64Const $44        \
	I64ShrU             \
	I32WrapI64          \
	Get n               \
	Get n               \
	I64Const $36        \
	I64ShrU             \
	I32WrapI64          \
	I32Const $255       \
	I32And              \
	I32Const $2         \
	I32Shl              \
	Get R3              \
	I32WrapI64          \
	I32Add              \
	I64Load32U $0       \
	I64ShrU             \
	I32WrapI64          \
	I32Const $1         \
	I32And              \
	I32Sub              \
	SNODE(R14, n)

// SNODE makes n the node at the place on the stack, counted from base.
#define SNODE(base, n) \
	I32Const $3         \
	I32Shl              \
	Get base            \
	I32WrapI64          \
	I32Add              \
	I64Load $0          \
	Set n

#define SROOT(n, tree) \
	WORD(4*tree, R0)    \
	SNODE(R2, n)

#define SLEAF(n, tree) \
	Get R4              \
	I32WrapI64          \
	Get n               \
	I64Store32 $(4*tree)

// func walkSmallEights(eights *eight, trees int, nodes *SmallNode, bins, leaves *int32)
TEXT ·walkSmallEights(SB), NOSPLIT, $0-40
	MOVD eights+0(FP), R0
	MOVD trees+8(FP), R1
	MOVD nodes+16(FP), R2
	MOVD bins+24(FP), R3
	MOVD leaves+32(FP), R4

	Loop
		WORD(0, R0)
		AT(R2, 3, R14)
		SROOT(R5, 0)
		SROOT(R6, 1)
		SROOT(R7, 2)
		SROOT(R8, 3)
		MORE
			SROOT(R9, 4)
			SROOT(R10, 5)
			SROOT(R11, 6)
			SROOT(R12, 7)
			DEPTH
				Loop
					SSTEP(R5)
					SSTEP(R6)
					SSTEP(R7)
					SSTEP(R8)
					SSTEP(R9)
					SSTEP(R10)
					SSTEP(R11)
					SSTEP(R12)
					DEEPER
				End
			End
			SLEAF(R9, 4)
			SLEAF(R10, 5)
			SLEAF(R11, 6)
			SLEAF(R12, 7)
		Else
			DEPTH
				Loop
					SSTEP(R5)
					SSTEP(R6)
					SSTEP(R7)
					SSTEP(R8)
					DEEPER
				End
			End
		End
		SLEAF(R5, 0)
		SLEAF(R6, 1)
		SLEAF(R7, 2)
		SLEAF(R8, 3)
		NEXT
	End
	RET

// PASS adds 1 << shift to R5 if the feature F16 isn't <= the cut i after those that
// R5, 8 for each, says are passed.
#define PASS(i, shift) \
	Get F16             \
	Get R1              \
	Get R5              \
	I64Add              \
	I32WrapI64          \
	F64Load $(8*i)      \
	F64Le               \
	I32Eqz              \
	I64ExtendI32U       \
	I64Const $(shift)   \
	I64Shl              \
	Get R5              \
	I64Add              \
	Set R5

// func fillBins(row, cuts *float64, steps *uint8, n int, bins *int32, shift int)
TEXT ·fillBins(SB), NOSPLIT, $0-48
	MOVD row+0(FP), R0
	MOVD cuts+8(FP), R1
	MOVD n+24(FP), R2
	MOVD bins+32(FP), R3
	MOVD steps+16(FP), R4
	MOVD shift+40(FP), R6

	Get R2
	I64Eqz
	I32Eqz
	If
		Loop
			Get R0
			I32WrapI64
			F64Load $0
			Set F16
			Get R4
			I32WrapI64
			I32Load8U $0
			I32Const $6 // Categories
			I32Eq
			If
				Get F16
				I64TruncSatF64S
				I64Const $35 // otherBin
				Get F16
				F64Trunc
				Get F16
				F64Eq
				Get F16
				F64Const $(0.0)
				F64Ge
				I32And
				Get F16
				F64Const $(35.0)
				F64Lt
				I32And
				Select
				Set R5
			Else
				I64Const $0
				Set R5
				PASS(15, 7)
				PASS(7, 6)
				PASS(3, 5)
				PASS(1, 4)
				PASS(0, 3)
				Get R5
				I64Const $3
				I64ShrU
				Set R5
			End
			Get R3
			I32WrapI64
			Get R5
			Get R6
			I64Shl
			I64Store32 $0

			Get R0
			I64Const $8
			I64Add
			Set R0
			Get R1
			I64Const $256
			I64Add
			Set R1
			Get R3
			I64Const $4
			I64Add
			Set R3
			Get R4
			I64Const $1
			I64Add
			Set R4
			Get R2
			I64Const $1
			I64Sub
			Tee R2
			I64Eqz
			I32Eqz
			BrIf $0
		End
	End
	RET

// func addPairs(sum *[2]float64, values []float64, leaves []int32)
TEXT ·addPairs(SB), NOSPLIT, $0-56
	MOVD sum+0(FP), R0
	MOVD values_base+8(FP), R1
	MOVD leaves_base+32(FP), R2
	MOVD leaves_len+40(FP), R3
	Get R0
	I32WrapI64
	F64Load $0
	Set F16
	Get R0
	I32WrapI64
	F64Load $8
	Set F17

	Get R3
	I64Eqz
	I32Eqz
	If
		Loop
			Get R1
			Get R2
			I32WrapI64
			I64Load32U $0
			I64Const $4
			I64Shl
			I64Add
			Set R4
			Get F16
			Get R4
			I32WrapI64
			F64Load $0
			F64Add
			Set F16
			Get F17
			Get R4
			I32WrapI64
			F64Load $8
			F64Add
			Set F17
			Get R2
			I64Const $4
			I64Add
			Set R2
			Get R3
			I64Const $1
			I64Sub
			Tee R3
			I64Eqz
			I32Eqz
			BrIf $0
		End
	End

	Get R0
	I32WrapI64
	Get F16
	F64Store $0
	Get R0
	I32WrapI64
	Get F17
	F64Store $8
	RET
