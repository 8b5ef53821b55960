#include "textflag.h"

// STEP takes n, the address of a node, to the node's right child, or to the one
// before it where the feature is <= the threshold: engine/tree/walk.go, step.
#define STEP(n) \
	Get R2              \
	Get n               \
	I32WrapI64          \
	I64Load32U $12      \
	Get R3              \
	Get n               \
	I32WrapI64          \
	I64Load32U $8       \
	I64Const $3         \
	I64Shl              \
	I64Add              \
	I32WrapI64          \
	F64Load $0          \
	Get n               \
	I32WrapI64          \
	F64Load $0          \
	F64Le               \
	I64ExtendI32U       \
	I64Sub              \
	I64Const $4         \
	I64Shl              \
	I64Add              \
	Set n

// ROOT makes n the address of a tree's root, which is in nodes.
#define ROOT(n, tree) \
	Get R2              \
	Get R0              \
	I32WrapI64          \
	I64Load32U $(8*tree) \
	I64Const $4         \
	I64Shl              \
	I64Add              \
	Set n

// DEEPER makes R9 the tree's depth, if that is more.
#define DEEPER(tree) \
	Get R0              \
	I32WrapI64          \
	I64Load32U $(8*tree+4) \
	Tee R10             \
	Get R9              \
	Get R10             \
	Get R9              \
	I64GtS              \
	Select              \
	Set R9

// LEAF stores the number of the leaf at n.
#define LEAF(n, tree) \
	Get R4              \
	I32WrapI64          \
	Get n               \
	I32WrapI64          \
	F64Load $0          \
	I64TruncSatF64S     \
	I64Store32 $(4*tree)

// func walkFours(trees *Tree, fours int, nodes *Node, row *float64, leaves *int32)
TEXT ·walkFours(SB), NOSPLIT, $0-40
	MOVD trees+0(FP), R0
	MOVD fours+8(FP), R1
	MOVD nodes+16(FP), R2
	MOVD row+24(FP), R3
	MOVD leaves+32(FP), R4

	Loop
		ROOT(R5, 0)
		ROOT(R6, 1)
		ROOT(R7, 2)
		ROOT(R8, 3)
		I64Const $0
		Set R9
		DEEPER(0)
		DEEPER(1)
		DEEPER(2)
		DEEPER(3)

		Get R9
		I64Eqz
		I32Eqz
		If
			Loop
				STEP(R5)
				STEP(R6)
				STEP(R7)
				STEP(R8)
				Get R9
				I64Const $1
				I64Sub
				Tee R9
				I64Eqz
				I32Eqz
				BrIf $0
			End
		End

		LEAF(R5, 0)
		LEAF(R6, 1)
		LEAF(R7, 2)
		LEAF(R8, 3)
		Get R0
		I64Const $32
		I64Add
		Set R0
		Get R4
		I64Const $16
		I64Add
		Set R4
		Get R1
		I64Const $1
		I64Sub
		Tee R1
		I64Eqz
		I32Eqz
		BrIf $0
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
